export default function Loading() {
  return <p className="p-6 text-muted">Loading the dashboard…</p>;
}
