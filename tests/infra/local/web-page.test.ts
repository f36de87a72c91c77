import { expect, test } from 'vitest';
import { openWebPage } from '../../../infra/local/web-page.ts';

test('a page that the build tools could not read is refused in one sentence, with what does run there', async () => {
  const page = { root: '/work/c#1', mode: 'dev', port: 3000, env: {} } as const;
  await expect(openWebPage(page)).rejects.toThrow(
    /^Expected no # in the path of the checkout, got \/work\/c#1: .* `npm run local` runs there as it is\.$/,
  );
});
