// Lets the user cut the connection and mend it.
import { useChat } from '../live/chat-context.js';
import { cutCode } from '../live/line.js';
import { useStatus } from '../live/socket.js';
import { useOutages } from './use-outages.js';

export interface Cut {
  /** Whether the connection is lost because the user cut it. */
  readonly isCut: boolean;
  readonly cut: () => void;
  readonly mend: () => void;
}

export function useCut(): Cut {
  const { client, line } = useChat();
  const status = useStatus();
  const [newest] = useOutages();
  return {
    isCut: status.name === 'reconnecting' && newest?.reason.code === cutCode,
    cut: line.cut,
    mend() {
      line.mend();
      // connect now instead of waiting for the next attempt
      client.connect();
    },
  };
}
