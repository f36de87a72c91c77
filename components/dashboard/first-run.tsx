/** Before the first sale, in place of the day's total: what to do. As high as what comes in its place. */
export function NoSalesYet() {
  return (
    <div data-testid="first-run" className="min-w-0">
      <p className="text-muted text-xs">Today (UTC)</p>
      <h2 className="total font-semibold text-[36px] leading-[1.15] tracking-tight sm:text-[44px]">
        No sales yet
      </h2>
      <p className="min-h-4.5 text-muted text-xs">Press Generate sales to make the first.</p>
    </div>
  );
}
