// The messages, newest at the bottom. A reversed CSS column keeps the newest in view without a script.
import type { Person } from '@wirepact-example/chat-contract';
import { passFocusOn } from '../chat/pass-focus-on.js';
import type { RoomFacts } from '../chat/use-room-in-address.js';
import { describeError } from '../live/describe-error.js';
import { AwayNote } from './away-note.js';
import { isFrom, type Entry } from './conversation.js';
import { withDelays } from './delays.js';
import { MessageRow } from './message-row.js';
import type { History } from './use-history.js';

export interface MessageListProps {
  readonly room: RoomFacts;
  readonly entries: readonly Entry[];
  readonly history: History;
  readonly you: Person | undefined;
  readonly onRetry: (key: string, text: string) => void;
}

export function MessageList({ room, entries, history, you, onRetry }: MessageListProps) {
  return (
    <div
      className="messages"
      role="log"
      aria-label={`Messages in ${room.name}`}
      // screen readers must not announce the history as if it were new
      aria-busy={history.state === 'awaited'}
      tabIndex={0}
    >
      {entries.length > 0 && (
        <ol>
          {withDelays(entries).map((row, index) =>
            'tally' in row ? (
              <AwayNote key={row.entry.key} outage={row.entry.outage} tally={row.tally} />
            ) : (
              <MessageRow
                key={row.entry.key}
                said={row.entry}
                delay={row.delay}
                own={isFrom(you, row.entry)}
                continues={continues(entries[index - 1], row.entry)}
                continued={continues(row.entry, entries[index + 1])}
                onRetry={onRetry}
              />
            ),
          )}
        </ol>
      )}
      {(entries.length === 0 || history.state === 'failed' || history.state === 'outside') && (
        <Before history={history} />
      )}
    </div>
  );
}

/** What is shown in place of the history while it is missing. */
function Before({ history: { state, refusal, askAgain } }: { readonly history: History }) {
  if (refusal !== undefined) {
    return (
      <p className="silence">
        You are not in this room. {describeError(refusal)} Reload the page to try again.
      </p>
    );
  }
  if (state === 'awaited') return <p className="silence">Listening for what was said before …</p>;
  if (state === 'here') return <p className="silence">Nobody has said anything yet. Break the silence.</p>;
  return (
    <p className="silence">
      What was said before did not come.{' '}
      <button ref={passFocusOn} type="button" className="link" onClick={askAgain}>
        Ask again
      </button>
    </p>
  );
}

/** Whether a message continues the one before it: same writer, within three minutes. */
function continues(previous: Entry | undefined, entry: Entry | undefined): boolean {
  return (
    previous?.kind === 'said' &&
    entry?.kind === 'said' &&
    previous.from.id === entry.from.id &&
    previous.from.name === entry.from.name &&
    entry.at - previous.at < 180_000
  );
}
