/** As high as what comes, part by part, so that nothing moves when it does. It does not shimmer. */
export function Skeleton() {
  return (
    <div aria-hidden="true" className="flex flex-col gap-6">
      <div className="grid gap-6 lg:grid-cols-[7fr_5fr]">
        <div className="min-h-57 max-lg:order-last" />
        <div className="min-h-80 rounded-lg border border-line bg-panel" />
      </div>
      <div className="min-h-25 border-line border-y" />
      <div className="min-h-120 rounded-lg border border-line bg-panel" />
      <div className="grid gap-6 lg:grid-cols-[5fr_7fr]">
        <div className="min-h-72 rounded-lg border border-line bg-panel" />
        <div className="min-h-72 rounded-lg border border-line bg-panel" />
      </div>
    </div>
  );
}
