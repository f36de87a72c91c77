'use client';

import type { PageData } from '@/components/dashboard-parts';
import { Button } from '@/components/ui/button';
import { Icon } from '@/components/ui/icon';
import { Menu, MenuItem } from '@/components/ui/menu';
import type { WindowsAnswer } from '@/lib/answers';
import { shardsOf } from '@/lib/chart-bars';
import { niceScale } from '@/lib/nice-scale';
import { freezeUrlState, serializeUrlState } from '@/lib/url-state';

/** How the range is shown: each entry is on or off, and in the address. */
export function ViewMenu({ answer, url, change }: PageData) {
  const copy = () => {
    const search = serializeUrlState(freezeUrlState(url, answer));
    void navigator.clipboard.writeText(`${window.location.origin}${window.location.pathname}${search}`);
  };
  const canSplit = url.shards || shardsOf(answer.slots).length > 1;
  return (
    <Menu
      label="View"
      trigger={
        <Button>
          <Icon name="sliders" />
          View
        </Button>
      }
    >
      <MenuItem checked={url.cmp} onSelect={() => change({ cmp: !url.cmp })}>
        Compare with the day before
      </MenuItem>
      {canSplit && (
        <MenuItem checked={url.shards} onSelect={() => change({ shards: !url.shards })}>
          Split bars by shard
        </MenuItem>
      )}
      <MenuItem
        checked={url.limitCents !== null}
        onSelect={() => change({ limitCents: url.limitCents === null ? firstLimit(answer) : null })}
      >
        Limit line
      </MenuItem>
      <MenuItem checked={url.flags} onSelect={() => change({ flags: !url.flags })}>
        Flags for clicks and failures
      </MenuItem>
      <MenuItem checked={url.kiosk} onSelect={() => change({ kiosk: !url.kiosk })}>
        Kiosk: clock, numbers, chart
      </MenuItem>
      <MenuItem onSelect={copy}>
        <Icon name="link" />
        Copy link to exactly this
      </MenuItem>
    </Menu>
  );
}

/** Three quarters up: in sight, and above most bars. */
function firstLimit(answer: WindowsAnswer): number {
  return niceScale(answer.slots.map((slot) => slot.salesCents ?? 0)).top * 0.75;
}
