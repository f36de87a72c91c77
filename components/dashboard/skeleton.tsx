/**
 * As high as the day's figures, so that nothing moves when they come. Its words are in the first answer of the server: there
 * is something to read before any script has come.
 */
export function FiguresSkeleton({ words }: { words: string }) {
  return (
    <div className="min-h-22">
      <p className="text-muted text-xs">Today (UTC)</p>
      <p className="font-semibold text-[28px] text-muted leading-[1.3] tracking-tight sm:text-[36px]">
        {words}
      </p>
    </div>
  );
}
