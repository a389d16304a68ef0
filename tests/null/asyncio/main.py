# SPDX-License-Identifier: Apache-2.0
"""An event loop: a server, clients that retry until it listens, a child."""
import asyncio
import os


async def client(number):
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection("chat.sock")
            break
        except (FileNotFoundError, ConnectionRefusedError):
            await asyncio.sleep(0.001)
    writer.write(f"{number}\n".encode())
    await reader.readline()
    writer.close()


async def serve(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()


async def main():
    tasks = [asyncio.create_task(client(n)) for n in range(5)]
    await asyncio.sleep(0.005)
    server = await asyncio.start_unix_server(serve, "chat.sock")
    child = await asyncio.create_subprocess_exec("sleep", "0.05")
    await asyncio.gather(*tasks)
    await child.wait()
    server.close()
    os.unlink("chat.sock")


asyncio.run(main())
