const AGAIN_MS = 2000;
const MAX_TRIES = 30;

/**
 * Imports a part of the page, again and again for a minute: a connection that is away for a while must not take down what is
 * there. After that, or when the server has another version by now, rejects with the last error.
 */
export async function untilLoaded<T>(load: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await load();
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
