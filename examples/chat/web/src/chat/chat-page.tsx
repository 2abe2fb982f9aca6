// The layout of the chat: the rooms, the conversation, and the panel about the connection.
import { ConversationPane } from '../conversation/conversation-pane.js';
import { LinePanel } from '../line/line-panel.js';
import { PanelButton } from '../line/panel-button.js';
import { useYou } from '../people/use-you.js';
import { Brand } from './brand.js';
import { RoomList } from './room-list.js';
import { SkipLink } from './skip-link.js';
import { useRoomInAddress } from './use-room-in-address.js';

export function ChatPage() {
  const room = useRoomInAddress();
  const you = useYou();
  return (
    <div className="page">
      <SkipLink />
      <title>{`${room.name} · Party Line`}</title>
      <header className="masthead">
        <Brand />
        <PanelButton />
      </header>
      <RoomList current={room.id} />
      <ConversationPane room={room} you={you} />
      <LinePanel you={you} />
    </div>
  );
}
