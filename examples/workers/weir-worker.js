'use strict';
// Jobs of Weir in Node.js: one process takes many.
//
//     const { job } = require('./weir-worker.js');
//     job('resize', async (data, job) => {
//       job.progress(50, 'half way');
//       return { width: 100 };          // anything that JSON takes; what is thrown fails the attempt
//     });
//
//     weir runner --worker resize='node resize.js'
//     weir enqueue --type resize --data '{"file": "a.png"}'
//
// A script that was written for worker_threads runs unchanged:
//
//     weir runner --worker custom-task='node weir-worker.js custom-worker.js'
//
// It gets { id, type, data } from parentPort and posts { taskId, result }, { taskId, error } or
// { taskId, progress, message }. What console.log and child processes write goes to the job's log, as does standard
// error. ES modules work too: `import { job } from './weir-worker.js'`, and SCRIPT.mjs.

const fs = require('fs');
const net = require('net');
const { AsyncLocalStorage } = require('async_hooks');
const { EventEmitter } = require('events');

// Bytes of a result, a checkpoint or a value of the memory.
const LIMIT = 1 << 20;

const jobs = new Map();
const readers = [];
const memoryAnswers = [];
let isReading = false;
// The job that this worker has; `undefined`: none.
let current;

// Standard input and output are for the runner alone. They get other numbers, so that what a job, a library or a
// child process reads and prints has nothing to do with them: it finds no input, and its output goes to the log.
function move(number, flags, instead) {
  const moved = fs.openSync(`/proc/self/fd/${number}`, flags);
  fs.closeSync(number);
  // The lowest free number is the one that was just closed.
  if (fs.openSync(instead, flags) !== number) throw new Error(`cannot move the descriptor ${number}`);
  return moved;
}

let input;
let output;

function takeDescriptors() {
  input = move(0, 'r', '/dev/null');
  output = move(1, 'a', '/proc/self/fd/2');
}

takeDescriptors();

function write(line) {
  while (line.length > 0) {
    try {
      line = line.subarray(fs.writeSync(output, line));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function line(message) { return Buffer.from(JSON.stringify(message) + '\n'); }

function send(message) { write(line(message)); }

function text(error) { return String((error && error.message) || error).slice(0, 65536); }

// Ends the job, once.
function answer(id, message) {
  if (id !== current || id === undefined) return;
  let bytes = line({ taskId: id, ...message });
  if (message.result !== undefined && bytes.length > LIMIT) {
    const size = Buffer.byteLength(JSON.stringify(message.result));
    if (size > LIMIT) {
      const error = `the result has ${size} bytes; ${LIMIT} is the most: leave its place instead`;
      bytes = line({ taskId: id, error, final: true });
    }
  }
  current = undefined;
  write(bytes);
}

function fail(id, error) {
  console.error(error);
  answer(id, { error: text(error), final: Boolean(error && error.final) });
}

// Hands each job of the runner to `take`. The first call says that this worker is ready.
function read(take) {
  readers.push(take);
  if (isReading) return;
  isReading = true;
  let rest = [];
  const socket = new net.Socket({ fd: input, readable: true, writable: false });
  socket.on('data', (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const bytes = Buffer.concat([...rest, chunk.subarray(start, end)]);
      rest = [];
      start = end + 1;
      dispatch(JSON.parse(bytes));
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  });
  // The runner needs no more.
  socket.on('end', () => process.exit(0));
  // A promise that nobody waits for fails the job that made it, unless that has ended.
  process.on('unhandledRejection', (error) => fail(context.getStore(), error));
  send({ ready: true, stop: true });
}

const context = new AsyncLocalStorage();
const stopping = new EventEmitter();

function dispatch(message) {
  if (message.type !== undefined) {
    current = message.id;
    stopping.removeAllListeners();
    context.run(message.id, () => { for (const reader of readers) reader(message); });
  } else if (message.stop !== undefined) {
    if (message.id === current) stopping.emit('stop', message);
  } else if (memoryAnswers.length > 0) {
    memoryAnswers.shift()(message);
  }
}

// What a function can tell of its job.
class Job {
  constructor(message) {
    this.id = message.id;
    this.type = message.type;
    this.data = message.data;
    this.attempt = message.attempt;
    this.run = message.run;
    this.key = message.key;
    // The units of indexed pools that are its own: { gpu: [1] }.
    this.pools = message.pools ?? {};
    // Its trace and the span of this attempt, for the header `traceparent` of requests that it makes.
    this.traceparent = message.traceparent;
    // What an earlier attempt saved.
    this.saved = message.checkpoint;
    // Whether the runner wants the job to end soon, since it ends itself. Save a checkpoint then, and throw: the next
    // attempt goes on elsewhere, and none is spent.
    this.stopping = false;
    // What jobs leave for one another.
    this.memory = new Memory(this.id);
    stopping.on('stop', () => { this.stopping = true; });
  }
  // From 0 to 100.
  progress(percent, message) { send({ taskId: this.id, progress: percent, message }); }
  // A value that the next attempt finds as `job.saved`, should this one not succeed.
  checkpoint(value) {
    const bytes = line({ taskId: this.id, checkpoint: value });
    if (bytes.length > LIMIT) throw new Error(`the checkpoint has about ${bytes.length} bytes; ${LIMIT} is the most`);
    write(bytes);
  }
  log(text) { send({ taskId: this.id, log: String(text) }); }
  // Calls `callback()` when the runner wants the job to end soon.
  onStop(callback) {
    stopping.on('stop', () => { try { callback(); } catch (error) { fail(this.id, error); } });
  }
}

// Values under names: of the job's run, or of all where it has none or with { scope: 'global' }.
class Memory {
  constructor(id) { this.id = id; }
  // The value, the run's own or else that of all; undefined: there is none.
  async get(name, options) { return (await this.entry(name, options))?.value; }
  // The same with its version: { name, value, version, run }, or null.
  entry(name, options) { return this.ask({ op: 'get', name, ...options }); }
  // Resolves to its new version. With { ifVersion } or { ifAbsent: true } it throws where somebody was faster, with
  // `error.conflict`.
  async set(name, value, options) { return (await this.ask({ op: 'set', name, value, ...options })).version; }
  // Resolves to whether there was such a value.
  delete(name, options) { return this.ask({ op: 'delete', name, ...options }); }
  // All that the job reads, by name.
  async list(options) {
    const entries = await this.ask({ op: 'list', ...options });
    return Object.fromEntries(entries.map((entry) => [entry.name, entry.value]));
  }
  ask(request) {
    return new Promise((resolve, reject) => {
      const bytes = line({ taskId: this.id, memory: request });
      if (this.id !== current) return reject(new Error('the job has ended'));
      if (bytes.length > LIMIT + 1024) {
        return reject(new Error(`the value has about ${bytes.length} bytes; ${LIMIT} is the most`));
      }
      memoryAnswers.push((reply) => {
        if (reply.error === undefined) return resolve(reply.memory);
        reject(Object.assign(new Error(reply.error), { conflict: Boolean(reply.conflict) }));
      });
      write(bytes);
    });
  }
}

// Registers a function for jobs of a type. `error.final = true` says that another attempt would fail the same way.
function job(type, body) {
  if (jobs.size === 0) setImmediate(() => read(execute));
  jobs.set(type, body);
}

async function execute(message) {
  try {
    const body = jobs.get(message.type);
    if (!body) {
      const known = [...jobs.keys()].sort().join(', ');
      throw Object.assign(new Error(`this worker has no job '${message.type}'; it has: ${known}`), { final: true });
    }
    const result = await body(message.data, new Job(message));
    answer(message.id, { result: result === undefined ? null : result });
  } catch (error) {
    fail(message.id, error);
  }
}

// The port of worker_threads, to the runner.
class ParentPort extends EventEmitter {
  constructor() {
    super();
    this.on('newListener', (event) => {
      if (event === 'message' && this.listenerCount('message') === 0) {
        setImmediate(() => read((message) => this.take(message)));
      }
    });
  }
  // A listener that throws, at once or later, fails its job, instead of leaving it without an answer.
  async take(message) {
    for (const listener of this.rawListeners('message')) {
      try {
        await listener.call(this, message);
      } catch (error) {
        fail(message.id, error);
      }
    }
  }
  postMessage(message) {
    const { taskId, ...news } = message;
    if (news.error instanceof Error) news.error = news.error.message;
    const has = (...names) => names.some((name) => news[name] !== undefined);
    if (taskId === undefined || (!has('result', 'error') && has('progress', 'checkpoint', 'log'))) return send(message);
    if (!has('result', 'error')) news.result = null;
    // A wrong or a second answer is the runner's to judge.
    if (taskId !== current) return send({ taskId, ...news });
    answer(taskId, news);
  }
  ref() {}
  unref() {}
  start() {}
  close() { process.exit(0); }
}

// Lets worker_threads give a parentPort that is the runner's.
function install() {
  const threads = require('worker_threads');
  Object.assign(threads, { parentPort: new ParentPort(), isMainThread: false, workerData: null });
  require('module').syncBuiltinESMExports();
}

// A CommonJS or an ES module.
async function load(script) {
  try {
    if (!script.endsWith('.mjs')) return require(script);
  } catch (error) {
    if (!['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'].includes(error && error.code)) throw error;
  }
  await import(require('url').pathToFileURL(script));
}

module.exports = { job, install };

if (require.main === module) {
  const script = process.argv[2];
  if (!script) {
    console.error('usage: node weir-worker.js SCRIPT.js [ARGUMENT…]');
    process.exit(64);
  }
  install();
  process.argv.splice(1, 2, require('path').resolve(script));
  load(process.argv[1]).catch((error) => {
    console.error(error);
    process.exit(1);
  });
}
