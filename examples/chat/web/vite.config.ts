// Builds the page; in development it also passes /ws on to the chat's server.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.CHAT_SERVER ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  server: {
    // without changeOrigin: the server compares the page's origin with the host it was asked for
    proxy: { '/ws': { target: server, ws: true } },
  },
});
