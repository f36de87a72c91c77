import { signedIn } from '@/app/sign-in/signed-in';
import { Dashboard } from '@/components/dashboard/page-root';
import { PlainTable } from '@/components/dashboard/plain-table';
import { detailsOf, parseUrlState } from '@/components/live/url-state';
import { firstView } from '@/lib/server/first-view';
import { shownCurrency } from '@/lib/server/settings';

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

export default async function Page({ searchParams }: PageProps) {
  const asked = await signedIn();
  const locale = /^[\w-]+/.exec(asked.get('accept-language') ?? '')?.[0] ?? 'en';
  const search = searchOf(await searchParams);
  const url = parseUrlState(search);
  const first = await firstView(asked, url.day, url.range, detailsOf(url));
  const look = { currency: shownCurrency(), locale };
  return (
    <>
      <Dashboard {...look} search={search} first={first} />
      {first !== null && (
        <noscript>
          <PlainTable {...look} answer={first} />
        </noscript>
      )}
    </>
  );
}

function searchOf(parameters: Awaited<PageProps['searchParams']>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    const [text] = [value ?? []].flat();
    if (text !== undefined) query.set(name, text);
  }
  return query.toString();
}
