use std::time::Instant; use turnover_gravity::*;
fn main(){ let a:Vec<usize>=std::env::args().skip(1).map(|x|x.parse().unwrap()).collect(); let (n,t)=(a[0],a[1]); if a.len()>2 { rayon::ThreadPoolBuilder::new().num_threads(a[2]).build_global().unwrap(); }
 let mut s:u64=12345; let mut rnd=move||{ s^=s<<13; s^=s>>7; s^=s<<17; (s>>11) as f64/(1u64<<53) as f64 };
 let mut nor=||{ (-2.0*rnd().max(1e-300).ln()).sqrt()*(std::f64::consts::TAU*rnd()).cos() };
 let fa:Vec<f64>=(0..n*t).map(|_|0.5*nor()).collect(); let fb:Vec<f64>=(0..n*t).map(|_|0.5*nor()).collect(); let fp:Vec<f64>=(0..n*n).map(|_|1.2*nor()).collect();
 let (mut y,mut x,mut c)=(vec![],vec![vec![];3],vec![vec![];3]); let mut pair=0u32;
 for i in 0..n{ for j in 0..n{ if i==j{continue;} for k in 0..t{ let xs=[nor(),nor(),nor()]; let e=0.5*xs[0]-0.3*xs[1]+0.1*xs[2]+fa[i*t+k]+fb[j*t+k]+fp[i*n+j]+nor(); y.push(if nor()< -1.036{0.0}else{e.exp()}); for q in 0..3{x[q].push(xs[q]);} c[0].push((i*t+k) as u32); c[1].push((j*t+k) as u32); c[2].push(pair);} pair+=1; }}
 let rows=y.len(); let pc=c[2].clone(); let lv=[n*t,n*t,pair as usize];
 let eff=||Effects::new(c.iter().zip(lv).enumerate().map(|(q,(codes,levels))|Family{name:q.to_string(),codes:codes.clone(),levels}).collect()).unwrap();
 let m=Model::new(y,x.into_iter().enumerate().map(|(q,v)|(format!("x{q}"),v)).collect()).with_effects(eff());
 for _ in 0..3{ let st=Instant::now(); let f=poisson(&m,&Settings::default()).unwrap(); let d1=st.elapsed(); let tab=f.table(&Covariance::Clustered(vec![Cluster{name:"p".into(),codes:pc.clone()}]),SmallSample::Fixest).unwrap(); println!("{rows} rows fit {d1:?} total {:?} it {} products {} b {:.12} se {:.12} bytes {}",st.elapsed(),f.iterations,f.products,f.coefficients[0],tab[0].std_error,f.bytes_per_product); } 
 if a.len()>3 { use std::io::Write; let mut w=std::io::BufWriter::new(std::fs::File::create("/tmp/r/panel.csv").unwrap()); writeln!(w,"y,x1,x2,x3,it,jt,ij").unwrap(); for r in 0..rows{ writeln!(w,"{},{},{},{},{},{},{}",m.y[r],m.x[0].1[r],m.x[1].1[r],m.x[2].1[r],c[0][r],c[1][r],c[2][r]).unwrap(); } } }
