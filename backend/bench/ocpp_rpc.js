// A baseline of `wattline bench`: the Node library ocpp-rpc in strict mode, as its README shows it, compression off.
'use strict';
const readline = require('readline');
const { RPCServer } = require('ocpp-rpc');

const now = () => new Date().toISOString();
const server = new RPCServer({
  protocols: ['ocpp1.6', 'ocpp2.0.1'],
  strictMode: true,
  pingIntervalMs: 30000,
  wssOptions: { perMessageDeflate: false },
});
server.auth((accept) => accept({}));
server.on('client', (client) => {
  client.handle('BootNotification', () => ({ status: 'Accepted', interval: 60, currentTime: now() }));
  client.handle('Heartbeat', () => ({ currentTime: now() }));
  client.handle('StatusNotification', () => ({}));
  client.handle('MeterValues', () => ({}));
  client.handle('TransactionEvent', () => ({}));
});

const commands = {
  usage: () => {
    const used = process.cpuUsage();
    return { cpu_s: (used.user + used.system) / 1e6, rss: process.memoryUsage.rss() };
  },
  settle: () => {
    if (global.gc) global.gc();
    return commands.usage();
  },
};

server.listen(0, '127.0.0.1').then((http) => {
  console.log(JSON.stringify({ port: http.address().port, certificate: '' }));
  readline
    .createInterface({ input: process.stdin })
    .on('line', (line) => console.log(JSON.stringify(commands[JSON.parse(line).command]())))
    .on('close', () => process.exit(0));
});
