import { useState } from 'react';
import { growScale, type Scale } from '@/components/chart/nice-scale';

/** Grows only, as long as `key` says that the same range is shown in the same way. */
export function useGrowingScale(wanted: Scale, key: string): Scale {
  const [kept, setKept] = useState({ key, scale: wanted });
  const scale = kept.key === key ? growScale(kept.scale, wanted) : wanted;
  if (kept.key !== key || scale !== kept.scale) setKept({ key, scale });
  return scale;
}
