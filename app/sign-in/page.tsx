import { connection } from 'next/server';
import { Button } from '@/components/ui/button';

export const metadata = { title: 'Sign in: tumbling windows' };

interface SignInProps {
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>;
}

/** A plain form: it works without a script, and with password managers. */
export default async function SignIn({ searchParams }: SignInProps) {
  await connection();
  const { wrong, wait } = await searchParams;
  const seconds = Number(wait);
  return (
    <main className="mx-auto grid min-h-dvh max-w-sm content-center p-4">
      <form
        method="post"
        action="/api/sign-in"
        className="grid gap-4 rounded-lg border border-line bg-surface p-6"
      >
        <h1 className="font-medium text-lg">Tumbling windows</h1>
        <input type="text" name="username" autoComplete="username" defaultValue="dashboard" hidden readOnly />
        <label className="grid gap-1 text-sm">
          Password
          <input
            type="password"
            name="password"
            autoComplete="current-password"
            required
            aria-describedby="failure"
            className="h-11 rounded-md border border-control bg-transparent px-3 text-base"
          />
        </label>
        <p id="failure" role="alert" className="text-error text-sm empty:hidden">
          {wrong !== undefined && 'That is not the password. Try again.'}
          {Number.isFinite(seconds) &&
            seconds > 0 &&
            `Too many attempts. Try again in ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`}.`}
        </p>
        <Button type="submit" look="primary" className="h-11">
          Sign in
        </Button>
      </form>
    </main>
  );
}
