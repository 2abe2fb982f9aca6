// Shows either the chat or why the client cannot connect.
import { ChatPage } from './chat/chat-page.js';
import type { Chat } from './live/chat-client.js';
import { SocketProvider, useStatus } from './live/socket.js';
import { ChatContext } from './live/chat-context.js';
import { Refused } from './refused/refused.js';

export function App({ chat }: { readonly chat: Chat }) {
  return (
    <ChatContext value={chat}>
      <SocketProvider client={chat.client}>
        <Page />
      </SocketProvider>
    </ChatContext>
  );
}

function Page() {
  const status = useStatus();
  return status.name === 'closed' ? <Refused status={status} /> : <ChatPage />;
}
