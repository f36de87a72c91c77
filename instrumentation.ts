/** Next.js calls this once, when the server listens and before it answers. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  // Of the SDK, about Node.js in the years to come: nothing that a person at this terminal can mend now.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  await (await import('@/lib/server/password-secret')).readPasswordSecret();
  (await import('@/lib/server/listening')).refuseOpenAddress();
  (await import('@/lib/server/answer-headers')).markAnswers();
}
