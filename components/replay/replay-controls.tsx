'use client';

import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { useTicking } from '@/components/live/server-clock';
import type { Recording } from '@/components/replay/recording';
import { type ReplayPlayer, SPEEDS } from '@/components/replay/replay-player';
import { Button } from '@/components/ui/button';
import type { Format } from '@/components/ui/format';
import { Icon } from '@/components/ui/icon';
import { onKeysOf } from '@/components/ui/key-table';
import { Segmented } from '@/components/ui/segmented';

const SPEED_OPTIONS = SPEEDS.map((speed) => [String(speed), `${speed}x`] as const);
/** As many as a slider has room for; each may be some windows. */
const BARS = 160;

interface ReplayControlsProps {
  readonly recording: Recording;
  readonly player: ReplayPlayer;
  readonly format: Format;
  readonly onClose: () => void;
}

/** Which day is played, how fast, and where in it; at the foot of a phone, as players are. */
export function ReplayControls({ recording, player, format, onClose }: ReplayControlsProps) {
  const { header } = recording.file;
  const isPlaying = useSyncExternalStore(player.subscribe, () => player.isPlaying);
  const isAtEnd = useSyncExternalStore(player.subscribe, () => player.isAtEnd);
  const speed = useSyncExternalStore(player.subscribe, () => player.speed);
  const box = useRef<HTMLElement>(null);
  // What had the focus has gone with the page of now.
  useEffect(() => box.current?.focus({ preventScroll: true }), []);
  return (
    <>
      <section
        ref={box}
        aria-label="Replay"
        data-testid="replay"
        data-playing={isPlaying}
        tabIndex={-1}
        className="sticky top-16 z-10 flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg border border-focus bg-bg px-4 py-2 outline-none max-sm:fixed max-sm:inset-x-0 max-sm:top-auto max-sm:bottom-0 max-sm:grid max-sm:grid-cols-[auto_1fr_auto] max-sm:gap-x-3 max-sm:rounded-none max-sm:border-x-0 max-sm:border-b-0 max-sm:pb-[max(0.5rem,env(safe-area-inset-bottom))] print:hidden"
      >
        <Button className="sm:min-w-24" aria-keyshortcuts="Space" onClick={player.toggle}>
          <Icon name={isPlaying ? 'pause' : 'play'} />
          <span className="max-sm:sr-only">{isPlaying ? 'Pause' : isAtEnd ? 'Play again' : 'Play'}</span>
        </Button>
        <div className="max-sm:order-1 sm:contents">
          <p role="status" className="whitespace-nowrap max-sm:text-muted max-sm:text-xs">
            {isAtEnd ? (
              `End of ${header.day}`
            ) : (
              <>
                <span className="max-sm:sr-only">Replaying</span> {header.day}
                <span className="max-sm:sr-only"> at {speed}x</span>
              </>
            )}
          </p>
          <Time player={player} format={format} />
        </div>
        <Position recording={recording} player={player} format={format} />
        <Segmented
          label="Speed"
          options={SPEED_OPTIONS}
          className="max-lg:ml-auto max-sm:w-full"
          value={String(speed)}
          onChange={(chosen) => player.setSpeed(SPEEDS.find((each) => String(each) === chosen) ?? speed)}
        />
        <Button look="quiet" className="-mr-2" onClick={onClose}>
          <Icon name="close" />
          <span className="max-sm:sr-only">Close</span>
        </Button>
      </section>
      <div aria-hidden="true" className="order-4 h-24 sm:hidden" />
    </>
  );
}

type MovingProps = Pick<ReplayControlsProps, 'player' | 'format'>;

function Time({ player, format }: MovingProps) {
  const words = useTicking(() => format.clock(player.now()), '');
  return <p className="font-medium font-mono sm:w-17">{words}</p>;
}

/** Arrow keys go by a window, page keys by ten of them; Space plays and pauses, here as on the page. */
function Position({ recording, player, format }: MovingProps & { recording: Recording }) {
  const { fromMs, toMs, file } = recording;
  const nowMs = useTicking(() => Math.floor(player.now() / 1000) * 1000, fromMs);
  const share = toMs === fromMs ? 1 : Math.min(1, Math.max(0, (nowMs - fromMs) / (toMs - fromMs)));
  const bars = useMemo(() => barsOf(recording), [recording]);
  const by = (windows: number) => () =>
    player.seek(player.now() + windows * file.header.windowSeconds * 1000);
  const onKeyDown = onKeysOf({
    ArrowLeft: by(-1),
    ArrowDown: by(-1),
    ArrowRight: by(1),
    ArrowUp: by(1),
    PageDown: by(-10),
    PageUp: by(10),
    ' ': () => player.toggle(),
  });
  return (
    <div className="relative h-9 min-w-0 flex-1 max-lg:order-last max-lg:basis-full max-sm:col-span-2 max-sm:h-13">
      <svg
        viewBox={`0 0 ${BARS} 1`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="absolute inset-x-2 top-0 h-6 w-[calc(100%-16px)]"
      >
        <path d={bars} fill="var(--sample)" />
        <path d={bars} fill="var(--settled)" style={{ clipPath: `inset(0 ${100 * (1 - share)}% 0 0)` }} />
      </svg>
      <input
        type="range"
        aria-label="Position in the day"
        aria-valuetext={`${format.clock(nowMs)} ${format.zoneName(nowMs)}`}
        min={fromMs}
        max={toMs}
        step="any"
        value={Math.min(toMs, Math.max(fromMs, nowMs))}
        onChange={(event) => player.seek(Number(event.target.value))}
        onKeyDown={onKeyDown}
        className="absolute inset-x-0 bottom-0 m-0 h-4 w-full accent-focus max-sm:-bottom-2"
      />
    </div>
  );
}

/** How much each part of the day sold: where there is something to see. Heights as shares of the highest. */
function barsOf({ file, fromMs, toMs }: Recording): string {
  const sums = Array.from({ length: BARS }, () => 0);
  for (const { part } of file.results) {
    const at = Math.floor(((part.window.startMs - fromMs) / Math.max(1, toMs - fromMs)) * BARS);
    if (at >= 0 && at < BARS) sums[at] = (sums[at] ?? 0) + Math.max(0, part.salesCents);
  }
  const most = sums.reduce((highest, sum) => Math.max(highest, sum), 1);
  return sums.map((sum, index) => (sum === 0 ? '' : `M${index + 0.1} 1v${-sum / most}h.8V1z`)).join('');
}
