// Loaded into the page's process beside a local runtime: what of AWS is not in its environment is absent for good. Next.js
// takes what is absent from .env files, where a deployed page's profile, endpoint or switches may stand.
const isForeign = (/** @type {string | symbol} */ name) =>
  typeof name === 'string' && /^AWS_/i.test(name) && !(name in process.env);

process.env = new Proxy(process.env, {
  set: (env, name, value) => isForeign(name) || Reflect.set(env, name, value),
});
