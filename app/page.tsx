import { connection } from 'next/server';
import { Dashboard } from '@/components/dashboard/page-root';

export default async function Page() {
  // The currency is a setting of the run, not of the build: read when asked for, and past what the build would fill in.
  await connection();
  const { NEXT_PUBLIC_CURRENCY: currency } = process.env;
  return <Dashboard currency={currency || 'USD'} />;
}
