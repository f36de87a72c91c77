/** Next.js calls this once, when the server listens and before it answers. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  await (await import('@/lib/server/password-secret')).readPasswordSecret();
  const { refuseOpenAddress, refuseTrace } = await import('@/lib/server/listening');
  refuseOpenAddress();
  refuseTrace();
}
