import { countedOf } from '@/components/clicks/steps';
import type { Click } from '@/lib/contract/click';
import { statusOf } from '@/lib/contract/click-status';

/** What the guide shows: one of four steps, 1 to 4; 5 when all have been taken. */
export type GuideStep = 1 | 2 | 3 | 4 | 5;

/**
 * Which step is next, by what has really happened: sell, watch it fill, see it close, look at the file. `click`: the newest
 * one since the guide began; `hasLooked`: a window was opened after the file was there.
 */
export function guideStep(click: Click | null, hasLooked: boolean): GuideStep {
  if (click === null || click.receipt === null || click.receipt.recordCount === 0) return 1;
  if (statusOf(click) === 'counted' || statusOf(click) === 'twice') return hasLooked ? 5 : 4;
  return countedOf(click) < click.receipt.recordCount ? 2 : 3;
}
