import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { Dashboard } from '@/components/dashboard/page-root';
import { dashboard } from '@/lib/server/dashboard';
import { ProblemError } from '@/lib/server/problem';

export default async function Page() {
  // The currency is a setting of the run, not of the build: read when asked for, and past what the build would fill in.
  const asked = await headers();
  if (!(await maySee(asked.get('cookie')))) redirect('/sign-in');
  const locale = /^[\w-]+/.exec(asked.get('accept-language') ?? '')?.[0] ?? 'en';
  const { NEXT_PUBLIC_CURRENCY: currency } = process.env;
  return <Dashboard currency={currency || 'USD'} locale={locale} />;
}

async function maySee(cookies: string | null): Promise<boolean> {
  try {
    return (await dashboard().access.roleOfCookies(cookies)) !== null;
  } catch (error) {
    // A setting is missing or wrong. The page shows which; there is nothing else to see.
    if (error instanceof ProblemError) return true;
    throw error;
  }
}
