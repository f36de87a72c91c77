'use client';

import {
  type ComponentType,
  createContext,
  useCallback,
  useContext,
  useMemo,
  useSyncExternalStore,
} from 'react';
import { type Key, SWRConfig, type SWRConfiguration, type SWRResponse } from 'swr';
import type { PageViewProps } from '@/components/live/page-data';
import { detailsOf, type UrlState } from '@/components/live/url-state';
import { useUrlState } from '@/components/live/use-url-state';
import { ReplayControls } from '@/components/replay/replay-controls';
import type { ReplaySession } from '@/components/replay/replay-session';
import { createFormat } from '@/components/ui/format';

export interface ReplayPageProps {
  readonly session: ReplaySession;
  /** The page's own; given, for what is imported from two sides makes the first load larger. */
  readonly View: ComponentType<PageViewProps>;
  readonly onFile: (file: File) => void;
  readonly onClose: () => void;
}

/** The page as it was at the moment that is replayed. */
export function ReplayPage({ session, View, onFile, onClose }: ReplayPageProps) {
  const { player, recording } = session;
  const { day, currency } = recording.file.header;
  const [address, changeAddress] = useUrlState();
  // The day is the file's; the address keeps the one to return to.
  const url = useMemo<UrlState>(() => ({ ...address, day, cmp: false }), [address, day]);
  const change = useCallback(
    (part: Partial<UrlState>) => changeAddress({ ...part, day: address.day }),
    [changeAddress, address.day],
  );
  const answer = useSyncExternalStore(session.subscribe, () => session.windows(url.range, detailsOf(url)));
  const jumps = useSyncExternalStore(player.subscribe, () => player.jumps);
  const format = useMemo(() => createFormat({ currency, zone: url.tz }), [currency, url.tz]);
  return (
    <Session value={session}>
      <SWRConfig value={FROM_SESSION}>
        <View
          source={{
            answer,
            previous: null,
            problem: null,
            paused: false,
            isStreaming: false,
            isReplay: true,
            jumps,
          }}
          currency={currency}
          url={url}
          onChange={change}
          onToggle={player.toggle}
          onFile={onFile}
        >
          <ReplayControls recording={recording} player={player} format={format} onClose={onClose} />
        </View>
      </SWRConfig>
    </Session>
  );
}

/** Whoever asks the API is answered from the file, at once, and anew at each moment that tells something else. */
function useAnswer<Data, Failure>(asked: Key): SWRResponse<Data, Failure> {
  const session = useContext(Session);
  const [url] = [typeof asked === 'function' ? asked() : asked].flat();
  const answer = useSyncExternalStore(session?.subscribe ?? never, () =>
    typeof url === 'string' ? session?.answer(url) : undefined,
  );
  return {
    // The type of an answer is known to who asks for it, as when it comes from the server.
    data: answer as Data | undefined,
    error: undefined,
    isLoading: false,
    isValidating: false,
    mutate: async () => undefined,
  };
}

const Session = createContext<ReplaySession | null>(null);
const FROM_SESSION: SWRConfiguration = { use: [() => useAnswer] };

function never(): () => void {
  return () => {};
}
