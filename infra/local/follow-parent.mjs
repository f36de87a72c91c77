// Loaded into the page's process: when the process that started it was killed and could not end it, it ends itself,
// so that no orphan keeps the port. A parent's death shows as another parent process id.
const PARENT = process.ppid;
setInterval(() => {
  if (process.ppid !== PARENT) process.exit(0);
}, 1000).unref();
