'use client';

import { Button } from '@/components/ui/button';

export default function ErrorPage({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <main className="mx-auto max-w-xl p-6">
      <h1 className="mb-2 font-semibold text-xl">The page could not be shown</h1>
      <p className="mb-4 text-error">{error.message}</p>
      <Button onClick={reset}>Try again</Button>
    </main>
  );
}
