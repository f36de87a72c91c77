import { Dashboard } from '@/components/dashboard';

export default function Page() {
  return <Dashboard currency={process.env.NEXT_PUBLIC_CURRENCY ?? 'USD'} />;
}
