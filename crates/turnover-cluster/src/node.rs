//! The processes of a cluster: one scheduler, and executors.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tokio::net::{TcpListener, TcpSocket};

use crate::codec::{Logical, Physical};
use crate::error::ClusterError;
use crate::{client, words};

/// Executors ask for work when they have room; where the scheduler hands it out of itself, it loses count of
/// their free cores when one of them is lost.
const POLICY: TaskSchedulingPolicy = TaskSchedulingPolicy::PullStaged;

/// What the processes tell on standard error: their own doings, and faults of the engine. The variable
/// RUST_LOG asks for more.
pub(crate) fn log() {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("error,turnover_cluster=info"))
        .format(|out, record| writeln!(out, "{}: {}", record.level().as_str().to_lowercase(), record.args()))
        .init();
}

fn failed(what: &str, e: impl ToString) -> ClusterError {
    let help = "is the port free, and the scheduler reachable? RUST_LOG=info logs more".to_owned();
    ClusterError::Failed(format!("{what}: {}", e.to_string().replace('\n', " ")), help)
}

/// Hands out work until it is stopped.
pub(crate) async fn scheduler(words: &words::Scheduler) -> Result<(), ClusterError> {
    let address = SocketAddr::new(words.address, words.port);
    let config = SchedulerConfig {
        bind_host: words.address.to_string(),
        bind_port: words.port,
        external_host: words.address.to_string(),
        scheduling_policy: POLICY,
        executor_timeout_seconds: words.lost_after,
        no_executors_grace_period_seconds: words.lost_after,
        expire_dead_executor_interval_seconds: (words.lost_after / 4).max(1),
        override_logical_codec: Some(Arc::new(Logical::default())),
        override_physical_codec: Some(Arc::new(Physical::default())),
        ..SchedulerConfig::default()
    };
    let wrong = |e: &dyn ToString| failed(&format!("no scheduler at {address}"), e.to_string());
    let listener = listen(address).map_err(|e| wrong(&e))?;
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(|e| wrong(&e))?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, Arc::new(config)).await;
    let scheduler = scheduler.map_err(|e| wrong(&e))?;
    log::info!("scheduler at {address}{}", open(words.address.is_loopback()));
    tokio::select! {
        ended = start_grpc_service_with_listener(listener, scheduler) => ended.map_err(|e| wrong(&e)),
        () = stopped() => Ok(()),
    }
}

/// Listens without Nagle's algorithm, which costs every task 40 ms; connections take that over from here.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.set_nodelay(true)?;
    socket.bind(address)?;
    socket.listen(1024)
}

/// Does work until it is stopped.
pub(crate) async fn executor(words: &words::Executor) -> Result<(), ClusterError> {
    let (scheduler_host, scheduler_port) = client::host_and_port(&words.scheduler.scheduler)?;
    let cores = words.cores.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    // The threads within an estimate are those of the tasks; twice as many would only get in their way.
    rayon::ThreadPoolBuilder::new().num_threads(cores).build_global().map_err(|e| failed("no threads", e))?;
    // The folder lives as long as the process.
    let folder = tempfile::Builder::new().prefix("turnover-cluster-").tempdir().map_err(|e| failed("no folder", e))?;
    let work_dir = match &words.work_dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(|e| failed(&format!("no folder {}", dir.display()), e))?;
            dir.display().to_string()
        }
        None => folder.path().display().to_string(),
    };
    let config = ExecutorProcessConfig {
        bind_host: words.address.to_string(),
        external_host: Some(words.host_name.clone().unwrap_or_else(|| words.address.to_string())),
        port: words.port,
        grpc_port: words.port + 1,
        scheduler_host,
        scheduler_port,
        scheduler_connect_timeout_seconds: 30,
        task_scheduling_policy: POLICY,
        vcores: cores,
        work_dir: Some(work_dir),
        memory_pool_size: words.memory.map(|m| m << 20),
        override_logical_codec: Some(Arc::new(Logical::default())),
        override_physical_codec: Some(Arc::new(Physical::default())),
        ..ExecutorProcessConfig::default()
    };
    log::info!(
        "executor of {cores} cores at {}:{} for the scheduler at {}{}",
        words.address,
        words.port,
        words.scheduler.scheduler,
        open(words.address.is_loopback())
    );
    start_executor_process(Arc::new(config)).await.map_err(|e| failed("the executor ended", e))
}

/// A warning where others can reach the process.
fn open(loopback: bool) -> &'static str {
    if loopback { "" } else { "; it asks nobody who they are: keep it on a network of your own" }
}

/// Ends with Ctrl-C or a request to end.
pub(crate) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut end) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = end.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// Whether progress can be seen.
pub(crate) fn on_terminal() -> bool {
    std::io::stderr().is_terminal()
}
