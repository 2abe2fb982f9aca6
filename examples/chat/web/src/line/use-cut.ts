// The knife and the tongs: cuts the line of this page, and mends it.
import { useChat } from '../live/chat-context.js';
import { cutCode } from '../live/line.js';
import { useStatus } from '../live/socket.js';
import { useOutages } from './use-outages.js';

export interface Cut {
  /** The line is away because it was cut here. */
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
      // rather than at the next attempt
      client.connect();
    },
  };
}
