import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { Dashboard } from '@/components/dashboard/page-root';
import { PlainTable } from '@/components/dashboard/plain-table';
import { detailsOf, parseUrlState } from '@/components/live/url-state';
import { dashboard } from '@/lib/server/dashboard';
import { firstView } from '@/lib/server/first-view';
import { isProblem } from '@/lib/server/problem';
import { shownCurrency } from '@/lib/server/settings';

interface PageProps {
  readonly searchParams: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

export default async function Page({ searchParams }: PageProps) {
  const asked = await headers();
  if (!(await maySee(asked.get('cookie')))) redirect('/sign-in');
  const locale = /^[\w-]+/.exec(asked.get('accept-language') ?? '')?.[0] ?? 'en';
  const search = searchOf(await searchParams);
  const url = parseUrlState(search);
  const first = await firstView(url.day, url.range, detailsOf(url));
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

async function maySee(cookies: string | null): Promise<boolean> {
  try {
    return (await dashboard().access.roleOfCookies(cookies)) !== null;
  } catch (error) {
    // A setting is missing or wrong. The page shows which; there is nothing else to see.
    if (isProblem(error)) return true;
    throw error;
  }
}

function searchOf(parameters: Awaited<PageProps['searchParams']>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    const [text] = [value ?? []].flat();
    if (text !== undefined) query.set(name, text);
  }
  return query.toString();
}
