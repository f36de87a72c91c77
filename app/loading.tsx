import { FiguresSkeleton } from '@/components/dashboard/skeleton';

export default function Loading() {
  return (
    <main className="mx-auto max-w-[1248px] p-4 sm:px-6">
      <FiguresSkeleton words="Loading the dashboard…" />
    </main>
  );
}
