/** Tells once that the process is to end; a second signal ends it at once. */
export function untilStopped(onStop: (signal: NodeJS.Signals) => void): { forget(): void } {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    onStop(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return { forget: () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal) };
}
