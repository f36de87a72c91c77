import { signedIn } from '@/app/sign-in/signed-in';
import { rulesHtml } from '@/lib/server/rules';

export const metadata = { title: 'The rules of tumbling windows' };

/** What a lesson of the page shows one rule of. */
export default async function Rules() {
  await signedIn();
  return (
    <main
      className="mx-auto max-w-6xl p-4 [&_a]:underline [&_h1]:font-semibold [&_h1]:text-xl [&_h2]:mt-10 [&_h2]:mb-2 [&_h2]:font-medium [&_h2]:text-lg [&_li]:ml-5 [&_li]:list-disc [&_p]:my-3 [&_table]:block [&_table]:overflow-x-auto [&_td]:min-w-40 [&_td]:border-line [&_td]:border-t [&_td]:p-2 [&_td]:align-top [&_th]:p-2 [&_th]:text-left"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: a document of ours, nothing from outside
      dangerouslySetInnerHTML={{ __html: await rulesHtml() }}
    />
  );
}
