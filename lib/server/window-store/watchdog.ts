import 'server-only';

/**
 * Waits for a round of a loop, yet only so long, that the loop goes on whatever the round waits for: false when it is given
 * up. A round that fails is logged; the next one may succeed.
 */
export async function endsWithin(ms: number, round: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
    timer.unref();
  });
  const done = round.then(
    () => true,
    (error: unknown) => {
      console.error(error);
      return false;
    },
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
