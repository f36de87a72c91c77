'use client';

import { type NoticeChoice, switchNotices, useNoticeChoice } from '@/components/chart/notice-choice';
import { niceScale } from '@/components/chart/scale';
import type { PageData } from '@/components/live/page-data';
import { freezeUrlState, serializeUrlState } from '@/components/live/url-state';
import { Button } from '@/components/ui/button';
import { copyAndSay } from '@/components/ui/clipboard';
import { Icon } from '@/components/ui/icon';
import { MEASURES } from '@/components/ui/measures';
import { Menu, MenuItem } from '@/components/ui/menu';
import { type Split, splitOf } from '@/components/ui/split';
import type { WindowsAnswer } from '@/lib/contract/answers';
import { isDetailable, MAX_DETAILED_DAYS } from '@/lib/core/range';

const HOW_IT_TELLS =
  'At once while this tab is in view. Hidden, it asks for nothing and tells you on your return. No sound.';

const NOTICE_WORDS: Readonly<Record<NoticeChoice, string>> = {
  on: HOW_IT_TELLS,
  off: HOW_IT_TELLS,
  refused:
    'This browser refuses them. Allow notifications for this page in its settings, then choose this again.',
  unanswered: 'The browser asked, and got no answer. Choose this again to be asked again.',
  impossible: 'This browser has none for this page. They need https or localhost, and a computer.',
};

/** How the range is shown: each entry is on or off, and in the address. */
export function ViewMenu({ answer, url, format, change, isReplay }: PageData) {
  const choice = useNoticeChoice();
  const copy = () => {
    const search = serializeUrlState(freezeUrlState(url, answer));
    void copyAndSay('The link', `${window.location.origin}${window.location.pathname}${search}`);
  };
  const hasShards = url.split === 'shard' || splitOf(answer.slots, 'shard').length > 0;
  const splitBy = (split: Split) => change({ split: url.split === split ? null : split });
  return (
    <>
      <Menu
        label="View"
        trigger={
          <Button>
            <Icon name="sliders" />
            <span className="max-sm:sr-only">View</span>
          </Button>
        }
      >
        {MEASURES[url.measure].adds && (
          <div className="sm:hidden">
            <MenuItem
              checked={url.mode === 'total'}
              onSelect={() => change({ mode: url.mode === 'total' ? 'window' : 'total' })}
            >
              Running total
            </MenuItem>
          </div>
        )}
        {!isReplay && (
          <MenuItem checked={url.cmp} onSelect={() => change({ cmp: !url.cmp })}>
            Compare with the day before
          </MenuItem>
        )}
        <MenuItem checked={url.split === 'customer'} onSelect={() => splitBy('customer')}>
          Split bars by customer{!isDetailable(answer) && `, in up to ${MAX_DETAILED_DAYS} days`}
        </MenuItem>
        {hasShards && (
          <MenuItem checked={url.split === 'shard'} onSelect={() => splitBy('shard')}>
            Split bars by shard
          </MenuItem>
        )}
        <MenuItem
          checked={url.limitCents !== null}
          onSelect={() => change({ limitCents: url.limitCents === null ? firstLimit(answer) : null })}
        >
          Limit line
        </MenuItem>
        {!isReplay && url.limitCents !== null && (
          <MenuItem checked={choice === 'on'} onSelect={() => void switchNotices()}>
            <span className="max-w-72">
              Notify when a window reaches {format.money(url.limitCents)}
              <span className="block text-muted text-xs">{NOTICE_WORDS[choice]}</span>
            </span>
          </MenuItem>
        )}
        <MenuItem checked={url.flags} onSelect={() => change({ flags: !url.flags })}>
          Flags for clicks and failures
        </MenuItem>
        <MenuItem checked={url.kiosk} onSelect={() => change({ kiosk: !url.kiosk })}>
          Kiosk: clock, numbers, chart
        </MenuItem>
        {!isReplay && (
          <MenuItem onSelect={copy}>
            <Icon name="link" />
            Copy link to exactly this
          </MenuItem>
        )}
      </Menu>
      <p role="status" className="sr-only">
        {url.limitCents === null || choice === 'on' || choice === 'off' ? '' : NOTICE_WORDS[choice]}
      </p>
    </>
  );
}

/** Three quarters up: in sight, and above most bars. */
function firstLimit(answer: WindowsAnswer): number {
  return niceScale(answer.slots.map((slot) => slot.salesCents ?? 0)).top * 0.75;
}
