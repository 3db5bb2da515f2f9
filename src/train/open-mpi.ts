/**
 * Open MPI, by its C library: npm has no binding of it. Loaded when it is asked for, never before. (Node)
 *
 * Calls block the thread that makes them, which is always the same one (MPI_THREAD_FUNNELED).
 */
import { MPI, requirePackages } from '../optional-packages.ts'
import type { Communicator } from './communicator.ts'

const THREAD_FUNNELED = 1
/** MPI_IN_PLACE: what is sent lies where what is received shall lie. */
const IN_PLACE = 1n

/** Milliseconds between two looks at whether all ranks have come, and how many looks are taken without a pause. */
const PAUSE = 0.2
const LOOKS = 200

/** Of releases 4 and 5. */
const libraries = process.platform === 'darwin' ? ['libmpi.40.dylib', 'libmpi.dylib'] : ['libmpi.so.40', 'libmpi.so']

type Pointer = bigint | Int32Array | BigInt64Array | Float32Array | Uint8Array | null
type Call = (...args: readonly (Pointer | number)[]) => number

/**
 * Joins the ranks that mpirun started. Rejects, in one line, where there is no mpirun, no koffi or no Open MPI; `names` are the
 * library's, the first that there is.
 */
export async function openMpi(names: readonly string[] = libraries): Promise<Communicator> {
  requirePackages('safl train --distributed mpi', MPI)
  // Slurm's own starter sets the second alone.
  if (process.env.OMPI_COMM_WORLD_SIZE === undefined && process.env.PMIX_RANK === undefined)
    throw new Error(
      '--distributed mpi: mpirun did not start this process; begin with mpirun, such as: mpirun -n 2 npx safl train ...',
    )
  const { default: koffi } = await import('koffi')
  const library = loadFirst(names, (name) => koffi.load(name, { global: true }))
  return join(
    (name) => library.symbol(name) as bigint,
    (name, args) => library.func(name, 'int', [...args]) as Call,
  )
}

/** Open MPI's own plug-ins look for its symbols among those of the whole process. */
function loadFirst<L>(names: readonly string[], load: (name: string) => L): L {
  const reasons: string[] = []
  for (const name of names) {
    try {
      return load(name)
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(
    `--distributed mpi: Open MPI's library cannot be loaded (${reasons[0]}); install Open MPI 4 or 5, on Debian openmpi-bin, or name its folder in LD_LIBRARY_PATH`,
  )
}

/** Handles are addresses of symbols, which MPICH's library lacks. */
function join(
  symbol: (name: string) => bigint,
  declare: (name: string, args: readonly ('int' | 'void *')[]) => Call,
): Communicator {
  const [world, float, byte, int, plus] = handles(symbol)
  const call = (name: string, ...types: ('int' | 'void *')[]) => {
    const raw = declare(name, types)
    return (...args: readonly (Pointer | number)[]) => {
      const code = raw(...args)
      if (code !== 0) throw new Error(`Open MPI: ${name} failed with ${code}`)
    }
  }
  const ask = (name: string) => {
    const answer = new Int32Array(1)
    call(name, 'void *', 'void *')(world, answer)
    return answer[0]!
  }
  call('MPI_Init_thread', 'void *', 'void *', 'int', 'void *')(null, null, THREAD_FUNNELED, new Int32Array(1))
  const [rank, size] = [ask('MPI_Comm_rank'), ask('MPI_Comm_size')]
  const allReduce = call('MPI_Allreduce', 'void *', 'void *', 'int', 'void *', 'void *', 'void *')
  const allGather = call('MPI_Allgather', 'void *', 'int', 'void *', 'void *', 'int', 'void *', 'void *')
  const vectors = ['void *', 'int', 'void *', 'void *', 'void *', 'void *', 'void *', 'void *'] as const
  const allGatherVectors = call('MPI_Allgatherv', ...vectors)
  const barrier = call('MPI_Ibarrier', 'void *', 'void *')
  const test = call('MPI_Test', 'void *', 'void *', 'void *')
  // Open MPI waits in a busy loop, which takes a core from the processes that render, and from ranks beside this one.
  const meet = () => {
    const [request, isDone, pause] = [new BigInt64Array(1), new Int32Array(1), new Int32Array(new SharedArrayBuffer(4))]
    barrier(world, request)
    for (let look = 0; isDone[0] === 0; look++) {
      if (look > LOOKS) Atomics.wait(pause, 0, 0, PAUSE)
      test(request, isDone, null)
    }
  }
  const abort = call('MPI_Abort', 'void *', 'int')
  const finish = call('MPI_Finalize')
  return {
    rank,
    size,
    onThisMachine: Number(process.env.OMPI_COMM_WORLD_LOCAL_SIZE ?? 1),
    sum(values) {
      meet()
      allReduce(IN_PLACE, values, values.length, float, plus, world)
    },
    collect(values, lengths) {
      const [counts, starts] = stretches(lengths)
      meet()
      allGatherVectors(IN_PLACE, 0, float, values, counts, starts, float, world)
    },
    gather(bytes) {
      const lengths = new Int32Array(size)
      meet()
      allGather(Int32Array.of(bytes.length), 1, int, lengths, 1, int, world)
      const [counts, starts] = stretches([...lengths])
      const all = new Uint8Array(lengths.reduce((total, length) => total + length, 0))
      allGatherVectors(bytes, bytes.length, byte, all, counts, starts, byte, world)
      return Array.from(lengths, (length, place) => all.subarray(starts[place]!, starts[place]! + length))
    },
    abort() {
      abort(world, 1)
      process.exit(1)
    },
    close() {
      meet()
      finish()
    },
  }
}

function handles(symbol: (name: string) => bigint): [bigint, bigint, bigint, bigint, bigint] {
  try {
    return [
      symbol('ompi_mpi_comm_world'),
      symbol('ompi_mpi_float'),
      symbol('ompi_mpi_byte'),
      symbol('ompi_mpi_int'),
      symbol('ompi_mpi_op_sum'),
    ]
  } catch {
    throw new Error("--distributed mpi: the MPI library that was loaded is not Open MPI's; install Open MPI 4 or 5")
  }
}

/** Lengths of stretches that lie one after another, and where each begins. */
function stretches(lengths: readonly number[]): [counts: Int32Array, starts: Int32Array] {
  let end = 0
  const starts = lengths.map((length) => {
    end += length
    return end - length
  })
  return [Int32Array.from(lengths), Int32Array.from(starts)]
}
