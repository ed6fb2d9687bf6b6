// A process that does nothing until it is told to end.
setInterval(() => {}, 60_000);
process.stdout.write('here\n');
