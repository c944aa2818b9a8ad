# Makes the golden files with fixest (R 4.2.2):
#   Rscript golden_fixest.R panel       golden_fixest_panel.csv, from panel.csv beside it; fixest 0.12.2
#   Rscript golden_fixest.R             golden_fixest.csv, from the sources' own data; fixest 0.12.2
# agtpa.csv: agtpa/agtpa_applications.parquet, years 1986, 1990, ..., 2006; fta.csv:
# ppmlhdfe/EXAMPLE_TRADE_FTA_DATA.dta, category TOTAL; both as CSV.
suppressMessages(library(fixest)); setFixest_nthreads(2); setFixest_notes(FALSE)
own=identical(commandArgs(TRUE),'panel'); out=if(own) 'golden_fixest_panel.csv' else 'golden_fixest.csv'
ag=read.csv(if(own) 'panel.csv' else 'agtpa.csv'); ag$ldist=log(ag$dist)
ag$wt=1+((ag$pair_id*7+ag$year)%%5)/4; ag$off=0.1*((ag$pair_id%%11)/11)
if(!own) { ft=read.csv('fta.csv'); ft$wt=1+((1:nrow(ft))%%7)/3; ft$off=0.05*ft$ln_distw }
row=function(id,data,method,fml,vcov,ssc,m,...) {
  for(v in names(vcov)) for(s in names(ssc)) {
   b=coef(m); se=sqrt(diag(vcov(m,vcov=vcov[[v]],ssc=ssc[[s]])))
   for(k in names(b)) cat(sprintf("%s;%s;%s;%s;%s;%s;%s;%.15g;%.15g;%d\n",id,data,method,fml,v,s,k,b[k],se[k],nobs(m)),file=out,append=TRUE) } }
cat('model;data;method;formula;covariance;small_sample;coefficient;estimate;std_error;nobs\n',file=out)
S=list(fixest=ssc(), none=ssc(adj=FALSE,cluster.adj=FALSE), stata=ssc(adj=FALSE,cluster.adj=TRUE))
F1=list(fixest=ssc(),none=ssc(adj=FALSE,cluster.adj=FALSE))
tol=list(fixef.tol=1e-11,glm.tol=1e-12,glm.iter=100,fixef.iter=100000)
pois=function(id,data,d,fml,vc,ss=S,weights=NULL,offset=NULL,tag=''){ 
  args=c(list(as.formula(fml),d),tol); if(!is.null(weights)) args$weights=weights; if(!is.null(offset)) args$offset=offset
  m=do.call(fepois,args); row(id,data,paste0('poisson',tag),fml,vc,ss,m) }
ols=function(id,data,d,fml,vc,ss=F1,weights=NULL,tag=''){ args=list(as.formula(fml),d,fixef.tol=1e-11,fixef.iter=100000); if(!is.null(weights)) args$weights=weights
  m=do.call(feols,args); row(id,data,paste0('ols',tag),fml,vc,ss,m) }
cl=function(...) { l=list(...); names(l)=sapply(l,function(f) paste0('cluster:',gsub(' ','',as.character(f)[2]))); l }
# Poisson on the advanced guide
A=if(own) 'panel' else 'agtpa'
pois('a01',A,ag,'trade ~ rta | exporter^year + importer^year + pair_id',cl(~pair_id))
pois('a02',A,ag,'trade ~ rta + rta_lag4 | exporter^year + importer^year + pair_id',cl(~pair_id,~exporter))
pois('a03',A,ag,'trade ~ rta + rta_lag4 + rta_lag8 + rta_lag12 | exporter^year + importer^year + pair_id',cl(~pair_id))
pois('a04',A,ag,'trade ~ ldist + cntg + lang + clny | exporter^year + importer^year',c(cl(~pair_id,~exporter+importer),list(hetero='hetero',iid='iid')))
pois('a05',A,ag,'trade ~ ldist + cntg + lang + clny + rta | exporter + importer + year',c(cl(~pair_id,~exporter+importer+year),list(hetero='hetero',iid='iid')))
pois('a06',A,ag,'trade ~ ldist + cntg + lang + clny | year',c(cl(~exporter),list(hetero='hetero',iid='iid')))
pois('a07',A,ag,'trade ~ rta | exporter^year + importer^year + pair_id',cl(~pair_id),weights=~wt,tag=':wt')
pois('a08',A,ag,'trade ~ ldist + rta | exporter^year + importer^year',cl(~pair_id),offset=~off,tag='::off')
pois('a09',A,ag,'trade ~ ldist + rta | exporter^year + importer^year',cl(~pair_id,~exporter+importer),weights=~wt,offset=~off,tag=':wt:off')
pois('a10',A,ag,'trade ~ ldist + cntg',c(cl(~pair_id),list(hetero='hetero',iid='iid')))
pois('a11',A,ag,'trade ~ rta | exporter + importer + year + pair_id',cl(~pair_id,~exporter+importer))
pois('a12',A,ag,'trade ~ rta + ldist + cntg | exporter^year + importer',cl(~importer,~exporter+year))
pois('a13',A,ag,'trade ~ i(year, rta, ref=1986) | exporter^year + importer^year + pair_id',cl(~pair_id))
pois('a14',A,ag,'trade ~ log(dist)*cntg + rta:lang | exporter^year + importer^year',cl(~pair_id,~exporter+importer))
pois('a15',A,ag,'trade ~ log(dist) + I(ldist^2) | exporter^year + importer^year',cl(~pair_id))
B='fta'
if(!own) pois('b01',B,ft,'trade ~ fta | isoimp^year + isoexp^year + isoexp^isoimp',cl(~isoexp^isoimp,~isoexp+isoimp,~isoexp+isoimp+year))
if(!own) pois('b02',B,ft,'trade ~ fta | isoimp^year + isoexp^year + isoexp^isoimp',cl(~isoexp^isoimp),weights=~wt,tag=':wt')
if(!own) pois('b03',B,ft,'trade ~ fta + ln_distw + contig + colony + comlang_off + comleg | isoimp^year + isoexp^year',c(cl(~isoexp^isoimp,~isoexp+isoimp),list(hetero='hetero',iid='iid')))
if(!own) pois('b04',B,ft,'trade ~ fta + ln_distw | isoexp + isoimp',c(cl(~isoexp),list(hetero='hetero',iid='iid')))
if(!own) pois('b05',B,ft,'trade ~ fta | isoexp^isoimp',c(cl(~isoexp^isoimp),list(hetero='hetero')))
if(!own) pois('b06',B,ft,'trade ~ fta | isoexp^isoimp + year',cl(~isoexp^isoimp,~year))
if(!own) pois('b07',B,ft,'trade ~ fta + ln_distw | isoimp^year + isoexp^year',cl(~isoexp^isoimp),offset=~off,tag='::off')
if(!own) pois('b08',B,ft,'trade ~ fta + comleg | isoexp + isoimp + year',cl(~isoexp+isoimp+year,~isoexp+year))
if(!own) pois('b09',B,ft,'trade ~ ln_distw + contig',list(hetero='hetero',iid='iid'))
# least squares
ols('c01',A,subset(ag,trade>0),'log(trade) ~ rta | exporter^year + importer^year + pair_id',c(cl(~pair_id,~exporter+importer),list(hetero='hetero',iid='iid')),tag='+')
ols('c02',A,subset(ag,trade>0),'log(trade) ~ ldist + cntg + lang + clny | exporter^year + importer^year',c(cl(~pair_id,~exporter+importer+year),list(hetero='hetero',iid='iid')),tag='+')
ols('c03',A,subset(ag,trade>0),'log(trade) ~ ldist + cntg | exporter + importer + year',cl(~exporter,~importer+year),tag='+')
ols('c04',A,subset(ag,trade>0),'log(trade) ~ ldist + cntg',c(cl(~exporter),list(hetero='hetero',iid='iid')),tag='+')
ols('c05',A,subset(ag,trade>0),'log(trade) ~ ldist + cntg | exporter^year + importer^year',cl(~pair_id),weights=~wt,tag='+:wt')
if(!own) ols('c06',B,subset(ft,trade>0),'log(trade) ~ fta | isoimp^year + isoexp^year + isoexp^isoimp',cl(~isoexp^isoimp,~isoexp+isoimp),tag='+')
if(!own) ols('c07',B,subset(ft,trade>0),'log(trade) ~ fta + ln_distw | isoexp',c(cl(~isoexp),list(hetero='hetero')),tag='+')
pois('a16',A,ag,'trade ~ rta_lag4 + rta_lag8 | exporter^year + importer^year + pair_id',cl(~pair_id,~exporter^year))
pois('a17',A,ag,'trade ~ rta | exporter^year + importer + pair_id',cl(~pair_id))
pois('a18',A,ag,'trade ~ ldist | exporter^year + importer^year',c(cl(~pair_id),list(hetero='hetero')),weights=~wt,tag=':wt')
pois('a19',A,ag,'trade ~ ldist + cntg | exporter + importer',c(cl(~exporter^importer),list(hetero='hetero',iid='iid')))
pois('a20',A,ag,'trade ~ rta + I(rta*cntg) + I(year >= 1998):lang | exporter^year + importer^year',cl(~pair_id))
pois('a21',A,ag,'trade ~ sqrt(dist) + abs(ldist - 8) | year + exporter',cl(~exporter,~year))
if(!own) pois('b10',B,ft,'trade ~ i(year, fta, ref=1988) | isoexp^isoimp + isoexp^year + isoimp^year',cl(~isoexp^isoimp))
if(!own) pois('b11',B,ft,'trade ~ fta*contig + ln_distw | isoexp^year + isoimp^year',cl(~isoexp^isoimp,~isoexp+isoimp))
ols('c08',A,subset(ag,trade>0),'log(trade) ~ rta + rta_lag4 | exporter^year + importer^year + pair_id',cl(~pair_id,~exporter),weights=~wt,tag='+:wt')
if(!own) ols('c09',B,subset(ft,trade>0),'log(trade) ~ ln_distw + contig + colony | isoexp^year + isoimp^year',c(cl(~isoexp^isoimp),list(hetero='hetero',iid='iid')),tag='+')
ols('c10',A,ag,'trade ~ ldist + cntg | exporter + importer^year',c(cl(~pair_id),list(hetero='hetero',iid='iid')))
cat('done\n')
