/**
 * As high as what comes, part by part, so that nothing moves when it does. It does not shimmer. Its words are in the first
 * answer of the server: there is something to read before any script has come.
 */
export function Skeleton({ words = 'Reading what the windows hold…' }: { words?: string }) {
  return (
    <div className="flex flex-col gap-6">
      <div className="grid gap-6 lg:grid-cols-[7fr_5fr]">
        <div className="min-h-57 max-lg:order-last">
          <p className="mt-6 font-semibold text-[40px] text-muted leading-[1.1] tracking-tight sm:text-[56px]">
            {words}
          </p>
        </div>
        <div className="min-h-80 rounded-lg border border-line bg-panel" />
      </div>
      <div className="min-h-25 border-line border-y" />
      <div className="min-h-120 rounded-lg border border-line bg-panel" />
      <div className="grid gap-6 lg:grid-cols-[minmax(28rem,5fr)_7fr]">
        <div className="min-h-72 rounded-lg border border-line bg-panel" />
        <div className="min-h-72 rounded-lg border border-line bg-panel" />
      </div>
    </div>
  );
}
