"""The drafts that a new site comes with. They are not in force: the office's lawyer checks them."""

PRIVACY_KO = """[초안: 분실물센터의 법률 담당자가 확인하고 대괄호 안을 채운 뒤 게시하세요.]

1. 처리하는 곳: [학교 이름] 분실물센터, [주소], [전화]. 개인정보 보호책임자: [이름, 연락처].

2. 무엇을 왜 처리하나요: 가입할 때 아이디와 이메일, 글에 적은 내용과 사진, 소유 신청의 답변과 사진, 물건을 찾아갈 때 이름과 서명, 접속 기록. 잃어버린 물건을 주인에게 돌려주는 데에만 씁니다. 신분증 번호는 저장하지 않습니다.

3. 자동 비교: 글과 사진을 학교 서버의 프로그램이 다른 글과 비교해 비슷한 물건을 제안합니다. 돌려줄지는 직원이 결정합니다.

4. 보관 기간: 받아들여지지 않은 소유 신청은 물건이 나간 뒤 30일, 답변은 90일, 글은 180일, 인수증은 3년, 열람 기록은 2년. 백업에는 그 뒤 최대 30일 남습니다.

5. 제공과 위탁: [경찰 인계, 서버 위탁 등 실제 내용을 적으세요. 없으면 없다고 적으세요.]

6. 권리: 설정에서 언제든지 내 정보를 내려받고 계정을 삭제할 수 있습니다. 열람, 정정, 처리 정지는 분실물센터에 요청하세요."""

PRIVACY_EN = """[Draft: the office's lawyer checks it and fills in the brackets before it is published.]

1. Who: the lost-and-found office of [name of the university], [address], [telephone]. Person in charge of data protection: [name, contact].

2. What, and what for: user name and e-mail address, what you write in posts with your photographs, answers and photographs of claims, name and signature when you collect a thing, and records of access. Only to return lost things to their owners. Numbers of identity documents are not stored.

3. Comparison by a program: a program on the university's server compares posts and photographs and suggests similar things. Staff decide whether a thing is returned.

4. How long: claims that led to nothing 30 days after the thing has left, answers 90 days, posts 180 days, receipts 3 years, records of access 2 years. Backups keep it for at most 30 days more.

5. Who else: [what is really handed on, such as to the police or to whoever runs the server; or nobody].

6. Your rights: in the settings you can download your data and delete your account at any time. Ask the office for access, correction or restriction."""

TERMS_KO = """[초안: 분실물센터의 법률 담당자가 확인한 뒤 게시하세요.]

1. 분실물과 습득물에 대한 사실만 올려 주세요. 다른 사람의 신분증 번호나 연락처는 적지 마세요.

2. 주운 물건은 7일 안에 분실물센터나 경찰에 맡겨 주세요.

3. 내 물건이 아닌 것을 내 것이라고 신청하면 이용이 제한되고 법적 책임을 질 수 있습니다.

4. 제안된 물건이 내 것인지는 직원이 확인합니다. 물건의 보관과 처분은 분실물센터 규정과 유실물법을 따릅니다."""

TERMS_EN = """[Draft: the office's lawyer checks it before it is published.]

1. Only post facts about things that were lost or found. Leave out numbers of identity documents and contacts of other people.

2. Hand what you have found to the office or the police within 7 days.

3. Whoever claims what is not theirs may be excluded and held liable.

4. Staff check whether a suggested thing is yours. Keeping and disposal follow the rules of the office and the Lost Articles Act."""

DRAFTS = (("privacy", PRIVACY_KO, PRIVACY_EN), ("terms", TERMS_KO, TERMS_EN))
