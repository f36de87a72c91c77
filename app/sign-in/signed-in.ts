import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { dashboard } from '@/lib/server/dashboard';
import { isProblem } from '@/lib/server/problem';

/** The headers of whoever may see a page; all others are sent to sign in. */
export async function signedIn(): Promise<Headers> {
  const asked = await headers();
  if (!(await maySee(asked.get('cookie')))) redirect('/sign-in');
  return asked;
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
