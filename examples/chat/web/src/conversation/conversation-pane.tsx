// The conversation of the open room, and the people in it.
import { useRef } from 'react';
import type { Person } from '@wirepact-example/chat-contract';
import type { RoomFacts } from '../chat/use-room-in-address.js';
import { LineBanner } from '../line/line-banner.js';
import { useStatus } from '../live/socket.js';
import { BirdsOnWire } from '../people/birds-on-wire.js';
import { usePeople } from '../people/use-people.js';
import { Composer } from './composer.js';
import { CursorLayer } from './cursor-layer.js';
import { MessageList } from './message-list.js';
import { ReactionBar } from './reaction-bar.js';
import { TypingLine } from './typing-line.js';
import { useConversation } from './use-conversation.js';
import { useReactions } from './use-reactions.js';
import { useTyping } from './use-typing.js';

export interface ConversationPaneProps {
  readonly room: RoomFacts;
  readonly you: Person | undefined;
}

export function ConversationPane({ room, you }: ConversationPaneProps) {
  const status = useStatus();
  const people = usePeople(room.id);
  const typing = useTyping(room.id);
  const reactions = useReactions(room.id);
  const { entries, history, say, sayAgain } = useConversation(room.id, you);
  const pane = useRef<HTMLElement>(null);
  return (
    <main className="conversation" ref={pane}>
      <header className="room-head">
        <div>
          <h1>{room.name}</h1>
          <p>{room.about}</p>
        </div>
        <BirdsOnWire
          people={people}
          you={you}
          typing={new Set(typing.keys())}
          reactions={reactions}
          whole={status.name !== 'reconnecting'}
        />
      </header>
      <LineBanner />
      <MessageList
        key={room.id}
        room={room}
        entries={entries}
        history={history}
        you={you}
        onRetry={sayAgain}
      />
      <div className="foot">
        <div className="foot-row">
          <TypingLine people={[...typing.values()]} />
          <ReactionBar room={room.id} />
        </div>
        <Composer room={room} onSay={say} />
      </div>
      <CursorLayer pane={pane} room={room.id} you={you} alone={people.length < 2} />
    </main>
  );
}
