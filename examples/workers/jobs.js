// Jobs in Node.js, for:  weir runner --worker resize='node examples/workers/jobs.js'
const { job } = require('./weir-worker.js');

job('resize', async (data, job) => {
  for (const percent of [25, 50, 75]) job.progress(percent, `${data.file} at ${percent} %`);
  return { file: data.file, width: data.width ?? 100 };
});

job('noop', () => null);
