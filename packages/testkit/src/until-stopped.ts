/** Resolves with the signal's name when the process is told to end; a second signal ends it at once. */
export function untilStopped(): { readonly stopped: Promise<NodeJS.Signals>; forget(): void } {
  let forget = () => {};
  const stopped = new Promise<NodeJS.Signals>((resolve) => {
    let isStopping = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (isStopping) process.exit(1);
      isStopping = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
    forget = () => void process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
  });
  return { stopped, forget: () => forget() };
}
