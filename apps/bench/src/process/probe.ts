import { serveAsks } from './serve-asks.ts';

// Loaded into every measured process before its own code: says, when asked, how much CPU time the process
// has used, to the microsecond, where the operating system shows others hundredths of a second, and the memory that it has,
// in bytes, and the most that it ever had, in kilobytes. It ends the process when the bench is gone, however that ended.
serveAsks({
  cpu: () => process.cpuUsage(),
  memory: () => process.resourceUsage().maxRSS,
  resident: () => process.memoryUsage.rss(),
});
process.once('disconnect', () => process.exit(1));
