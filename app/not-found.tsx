import Link from 'next/link';

export default function NotFound() {
  return (
    <main className="mx-auto grid min-h-dvh max-w-sm content-center gap-4 p-4">
      <h1 className="font-medium text-lg">There is nothing here</h1>
      <Link href="/" className="text-focus underline">
        Go to the dashboard
      </Link>
    </main>
  );
}
