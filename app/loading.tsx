import { Skeleton } from '@/components/dashboard/skeleton';

export default function Loading() {
  return (
    <main className="mx-auto max-w-[1248px] p-4 sm:p-6">
      <p className="sr-only">Loading the dashboard…</p>
      <Skeleton />
    </main>
  );
}
