# A client of wirepact.v1 in Python's standard library: `client.py host port path room` prints what is said in a room.
import base64, json, os, socket, sys, time
session, cursors, number, (host, port, path, room) = {}, {}, 0, sys.argv[1:]
def connect():
    sock, key = socket.create_connection((host, int(port)), 10), base64.b64encode(os.urandom(16)).decode()
    sock.sendall("\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Protocol: wirepact.v1", "", ""]).encode())
    return sock, sock.makefile("rb")
def write(sock, opcode, text=b""):
    size = bytes([128 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    sock.sendall(bytes([opcode]) + size + bytes(4) + text)  # masked by zeros, which change nothing
def send(sock, path, data=None, **keys): write(sock, 0x81, json.dumps({"path": path, "data": data, **keys}).encode())
def frames(sock, stream):
    while stream.readline().strip(): pass  # the status and the headers
    while True:
        opcode, size = stream.read(2)  # a ValueError where the line has ended
        text = stream.read(size if size < 126 else int.from_bytes(stream.read(2 if size == 126 else 8), "big"))
        if opcode == 0x81: yield json.loads(text)
        elif opcode == 0x89: write(sock, 0x8A)
while True:
    try:
        sock, stream = connect()
        send(sock, "$hello", {**session, "streams": cursors})
        for frame in frames(sock, stream):
            kind, data, log = frame["path"], frame.get("data"), frame.get("room", "$inbox")
            if kind == "$welcome":
                session, _ = {"session": data["session"], "token": data["token"]}, sock.settimeout(data["heartbeatMs"] / 1000 + 10)
                if not data["resumed"]: number, cursors = 0, {"$inbox": [data["session"], 0], **data["streams"]}
                if room not in cursors: send(sock, "$join", {"room": room}, id=(number := number + 1))
            elif kind == "$stream": cursors[data["room"]] = [data["epoch"], data["from"]]
            elif kind in ("$gap", "$leave"):
                print(json.dumps(data), flush=True)
                if cursors.pop(data["room"], None) and "to" in data: cursors[data["room"]] = data["to"]
            elif kind == "$ping": send(sock, "$pong")
            elif "at" in frame and log in cursors and frame["at"] > cursors[log][1]:  # else it is known, or of no concern
                if frame["after"] > cursors[log][1]: raise ValueError("something is missing: come back and read on from there")
                if kind != "$skip": print(json.dumps(data), flush=True)
                cursors[log][1] = frame["at"]
                if log == "$inbox": send(sock, "$ack", {"inbox": frame["at"]})
    except (OSError, ValueError): time.sleep(0.1)
