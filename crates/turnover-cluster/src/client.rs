//! The client's side: opening a table, running a plan on the cluster, stopping it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ballista::extension::{SessionConfigExt, SessionContextExt};
use ballista_core::execution_plans::DistributedQueryExec;
use ballista_core::serde::protobuf::CancelJobParams;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::execution::{SessionStateBuilder, TaskContext};
use datafusion::functions_aggregate::expr_fn::count as count_of;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{DataFrame, ParquetReadOptions, SessionConfig, SessionContext, lit};
use datafusion_proto::protobuf::LogicalPlanNode;
use futures::StreamExt;
use indicatif::{ProgressBar, ProgressDrawTarget};
use sha2::{Digest, Sha256};
use turnover_data::Store;

use crate::codec::Logical;
use crate::error::ClusterError;
use crate::node;
use crate::words::JobArgs;

/// Splits HOST:PORT.
pub(crate) fn host_and_port(text: &str) -> Result<(String, u16), ClusterError> {
    let wrong = || {
        let help = "as in 127.0.0.1:50050; turnover-cluster scheduler prints it when it starts".to_owned();
        ClusterError::Call(format!("--scheduler is `{text}`, expected HOST:PORT"), help)
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
    let plain = !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']);
    Ok((plain.then(|| host.to_owned()).ok_or_else(wrong)?, port.parse().map_err(|_| wrong())?))
}

/// A session on the cluster.
pub(crate) async fn connect(job: &JobArgs, name: &str) -> Result<SessionContext, ClusterError> {
    let (host, port) = host_and_port(&job.scheduler.scheduler)?;
    // A lost address is told in a second, not in the engine's twenty.
    let reached = tokio::time::timeout(Duration::from_secs(5), tokio::net::TcpStream::connect((host.as_str(), port)));
    if !matches!(reached.await, Ok(Ok(_))) {
        return Err(ClusterError::Failed(
            format!("there is no scheduler at {host}:{port}"),
            "start one with turnover-cluster scheduler, or name another with --scheduler HOST:PORT".to_owned(),
        ));
    }
    let config = SessionConfig::new_with_ballista()
        .with_target_partitions(job.pieces as usize)
        .with_ballista_logical_extension_codec(Arc::new(Logical::default()))
        .with_ballista_job_name(name)
        // One piece is one task: what a lost executor takes with it is one piece for each core.
        .set_usize("ballista.scheduler.max_partitions_per_task", 1)
        .set_bool("ballista.planner.adaptive.enabled", false);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    Ok(SessionContext::remote_with_state(&format!("df://{host}:{port}"), state).await?)
}

/// A table: one Parquet file, a folder of them, or a store.
pub(crate) struct Source {
    files: Vec<PathBuf>,
    /// What its findings name: the SHA-256 of the file, of the store's manifest, or of a folder's hashes.
    pub(crate) hash: String,
}

impl Source {
    /// Finds the files and reads them once for their hash.
    pub(crate) fn find(table: &Path) -> Result<Self, ClusterError> {
        let help = "name a Parquet file, a folder of Parquet files, or a store; turnover data import makes a store of \
                    any file that turnover reads"
            .to_owned();
        let failed = |what: String| ClusterError::Failed(format!("{}: {what}", table.display()), help.clone());
        let kind = |e: std::io::Error| failed(e.kind().to_string());
        let is_parquet = |p: &PathBuf| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
        // Executors may run in another folder than this command.
        let whole = table.canonicalize().map_err(kind)?;
        if whole.is_dir() && Store::is_one(&whole) {
            let store = Store::open(&whole)?;
            let files = store.years().map(|(_, year)| whole.join(&year.file)).collect();
            return Ok(Source { files, hash: store.source().hash });
        }
        let mut files = vec![whole.clone()];
        if whole.is_dir() {
            let entries = std::fs::read_dir(&whole).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
            files = entries.map_err(kind)?.into_iter().map(|e| e.path()).collect();
            files.retain(|p| p.is_file() && is_parquet(p));
            files.sort();
        }
        if files.is_empty() || !files.iter().all(is_parquet) {
            return Err(failed("there is no .parquet file".to_owned()));
        }
        let hashes = files.iter().map(|f| hash(File::open(f)?)).collect::<std::io::Result<Vec<String>>>();
        let mut hashes = hashes.map_err(kind)?;
        let hash = if hashes.len() == 1 { hashes.remove(0) } else { hash(hashes.concat().as_bytes()).map_err(kind)? };
        Ok(Source { files, hash })
    }
}

fn hash(mut bytes: impl Read) -> std::io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok(digest.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            n => digest.update(&buffer[..n]),
        }
    }
}

/// The table as the cluster reads it.
pub(crate) async fn open(context: &SessionContext, source: &Source) -> Result<DataFrame, ClusterError> {
    let names: Vec<String> = source.files.iter().map(|f| f.display().to_string()).collect();
    context.read_parquet(names, ParquetReadOptions::default()).await.map_err(|e| {
        let help = "is it a whole Parquet file? turnover data describe FILE looks at it".to_owned();
        ClusterError::Failed(format!("the table cannot be read: {}", e.strip_backtrace().replace('\n', " ")), help)
    })
}

/// Checks that the table has these columns.
pub(crate) fn check_columns(frame: &DataFrame, wanted: &[String]) -> Result<(), ClusterError> {
    let names: Vec<&str> = frame.schema().fields().iter().map(|f| f.name().as_str()).collect();
    match wanted.iter().find(|w| !names.contains(&w.as_str())) {
        None => Ok(()),
        Some(missing) => Err(ClusterError::Failed(
            format!("the table has no column {missing}"),
            format!("it has {}", names.join(", ")),
        )),
    }
}

/// How often work is asked for where executors are lost.
const ATTEMPTS: usize = 3;

/// Runs a plan and gathers its rows until they are whole. Where an executor was lost, the engine may hand
/// over pieces twice or name a machine that is gone (`check` finds the former), so the answer is not taken
/// on trust: it is asked for again, of those that are left. Ctrl-C takes the work from the cluster.
pub(crate) async fn gather<T>(
    frame: &DataFrame,
    job: &JobArgs,
    words: &str,
    begin: impl Fn() -> Result<T, ClusterError>,
    take: impl Fn(&mut T, RecordBatch) -> Result<(), ClusterError>,
    check: impl Fn(&T) -> Result<(), ClusterError>,
) -> Result<T, ClusterError> {
    let mut attempt = 1;
    loop {
        let mut all = begin()?;
        let done = run(frame.clone(), job, words, |batch| take(&mut all, batch)).await;
        match done.and_then(|()| check(&all)) {
            Ok(()) => return Ok(all),
            Err(ClusterError::Lost(what)) if attempt < ATTEMPTS => {
                log::warn!("{what}: asking again");
                attempt += 1;
            }
            Err(e) => return Err(e),
        }
    }
}

/// How many rows there are.
pub(crate) async fn count(frame: &DataFrame, job: &JobArgs) -> Result<usize, ClusterError> {
    let all = frame.clone().aggregate(Vec::new(), vec![count_of(lit(1_i64))])?;
    let take = |sum: &mut i64, batch: RecordBatch| {
        *sum += batch.column(0).as_primitive_opt::<Int64Type>().map_or(0, |c| c.iter().flatten().sum());
        Ok(())
    };
    let rows = gather(&all, job, "counting", || Ok(0), take, |_| Ok(())).await?;
    usize::try_from(rows).map_err(|e| ClusterError::Lost(e.to_string()))
}

async fn run(
    frame: DataFrame,
    job: &JobArgs,
    words: &str,
    mut take: impl FnMut(RecordBatch) -> Result<(), ClusterError>,
) -> Result<(), ClusterError> {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_message(words.to_owned());
    if !job.quiet && node::on_terminal() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(100));
    }
    let context: Arc<TaskContext> = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await?;
    let work = async {
        let mut rows = execute_stream(Arc::clone(&plan), context)?;
        while let Some(batch) = rows.next().await {
            take(batch?)?;
        }
        Ok(())
    };
    let done = tokio::select! {
        done = work => done,
        () = node::stopped() => {
            cancel(&plan, job).await;
            Err(ClusterError::Failed("stopped".to_owned(), "the job was cancelled".to_owned()))
        }
    };
    bar.finish_and_clear();
    done
}

/// Tells the scheduler to drop a plan's work. There is nobody to tell if it cannot be reached.
async fn cancel(plan: &Arc<dyn ExecutionPlan>, job: &JobArgs) {
    let Some(query) = plan.downcast_ref::<DistributedQueryExec<LogicalPlanNode>>() else { return };
    let Some(id) = query.job_id() else { return };
    if let Ok(mut scheduler) = SchedulerGrpcClient::connect(format!("http://{}", job.scheduler.scheduler)).await {
        let _ = scheduler.cancel_job(CancelJobParams { job_id: id.into() }).await;
    }
}
