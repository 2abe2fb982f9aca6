// One client for the life of the page, and which of two pages is shown: the chat, or why there is none.
import { useState } from 'react';
import { ChatPage } from './chat/chat-page.js';
import { createChat } from './live/chat-client.js';
import { SocketProvider, useStatus } from './live/socket.js';
import { ChatContext } from './live/chat-context.js';
import { Refused } from './refused/refused.js';

export function App() {
  const [chat] = useState(createChat);
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
