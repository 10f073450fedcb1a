// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { SignedCloseRequest, ChannelTerms, SignedLane, Status } from "../src/interfaces/SluiceTypes.sol";
import { Wallet1271 } from "./mocks/Wallet1271.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract StartCloseTest is Fixture {
    ChannelTerms private t;
    bytes32 private id;
    uint64 private end;

    function setUp() public override {
        super.setUp();
        t = nativeTerms();
        fund(t, 0, 100);
        id = sluice.channelId(t);
        end = uint64(block.timestamp + WINDOW);
    }

    function test_startsTheWindow() public {
        emits();
        emit CloseStarted(id, end, 0, 0, 0);
        startCloseAs(signerA, t, noVoucher());
        assertEq(uint8(stateOf(id).status), uint8(Status.Closing));
        assertEq(stateOf(id).closesAt, end);
        assertEq(stateOf(id).lane0.seq, 0);
        assertEq(stateOf(id).lane1.seq, 0);
    }

    function test_accountsAndSignersMay() public {
        address[4] memory speakers = [signerA, signerB, accountA, accountB];
        for (uint256 i; i < 4; ++i) {
            t.nonce = uint64(100 + i);
            startCloseAs(speakers[i], t, noVoucher());
            assertEq(stateOf(sluice.channelId(t)).closesAt, end);
        }
    }

    function test_refusesATokenWithDirtyUpperBits() public {
        ChannelTerms memory other = t;
        other.nonce += 1;
        bytes memory input = abi.encodeCall(sluice.startClose, (other, noVoucher()));
        input[4 + 4 * 32] = 0x01;
        vm.prank(signerA);
        (bool ok, bytes memory answer) = address(sluice).call(input);
        assertFalse(ok);
        assertEq(answer, abi.encodeWithSelector(DirtyTerms.selector));
    }

    function test_strangersMayNot() public {
        refuses(abi.encodeWithSelector(NotParty.selector, id, stranger));
        vm.prank(stranger);
        sluice.startClose(t, noVoucher());
    }

    function test_carriesAVoucherOfTheLaneThatTheSenderReceives() public {
        emits();
        emit CloseStarted(id, end, 5, 40 << 128, 0);
        startCloseAs(signerB, t, lane(t, 0, 5, 40));
        assertEq(stateOf(id).lane0.seq, 5);
        assertEq(stateOf(id).lane0.paid, 40);
        assertEq(stateOf(id).lane0.locksHash, 0);
        assertEq(stateOf(id).lane0.pool, 0);
        assertEq(stateOf(id).closesAt, end);
    }

    function test_tellsAllOfTheVoucherThatItCarries() public {
        SignedLane memory v = lane(t, 1, 6, 30, 20, keccak256("root"));
        emits();
        emit CloseStarted(id, end, 1 << 128 | 6, 30 << 128 | 20, keccak256("root"));
        startCloseAs(accountA, t, v);
    }

    function test_tellsItInOneEvent() public {
        SignedLane memory v = lane(t, 1, 6, 30, 20, keccak256("root"));
        vm.recordLogs();
        startCloseAs(accountA, t, v);
        assertEq(vm.getRecordedLogs().length, 1);
    }

    function test_carriesAVoucherOfTheOtherLane() public {
        startCloseAs(accountA, t, lane(t, 1, 6, 30, 20, keccak256("root")));
        assertEq(stateOf(id).lane1.seq, 6);
        assertEq(stateOf(id).lane1.paid, 30);
        assertEq(stateOf(id).lane1.locksHash, keccak256(abi.encode(20, keccak256("root"))));
        assertEq(stateOf(id).closesAt, end);
        assertEq(stateOf(id).lane0.seq, 0);
    }

    function test_refusesAVoucherOfTheLaneThatTheSenderPays() public {
        SignedLane memory v = lane(t, 0, 5, 0);
        refuses(abi.encodeWithSelector(NotReceiver.selector, id, 0, signerA));
        vm.prank(signerA);
        sluice.startClose(t, v);
        startCloseAs(signerA, t, both(t, v));
    }

    function test_refusesLaneAboveOne() public {
        SignedLane memory v;
        v.lane = 2;
        refuses(abi.encodeWithSelector(WrongLane.selector, 2));
        vm.prank(signerA);
        sluice.startClose(t, v);
    }

    function test_refusesASecondStart() public {
        startCloseAs(signerA, t, noVoucher());
        refuses(abi.encodeWithSelector(AlreadyClosing.selector, id, end));
        vm.prank(signerB);
        sluice.startClose(t, noVoucher());
    }

    function test_refusesASecondStartAfterAVoucherOfLane1() public {
        startCloseAs(signerA, t, lane(t, 1, 1, 1));
        refuses(abi.encodeWithSelector(AlreadyClosing.selector, id, end));
        vm.prank(signerB);
        sluice.startClose(t, noVoucher());
    }

    // ---- relayed ----

    function test_relayedBySignerOrAccountKey() public {
        address[2] memory members = [signerA, signerB];
        uint256[2] memory keys = [keyA, keyB];
        for (uint256 i; i < 2; ++i) {
            t.nonce = uint64(200 + i);
            bytes32 other = sluice.channelId(t);
            vm.prank(stranger);
            sluice.startCloseFor(t, noVoucher(), request(members[i], keys[i], other));
            assertEq(stateOf(other).closesAt, end);
        }
        t.a.account = vm.addr(0x77);
        bytes32 third = sluice.channelId(t);
        sluice.startCloseFor(t, noVoucher(), request(t.a.account, 0x77, third));
        assertEq(stateOf(third).closesAt, end);
    }

    function test_relayedForAContractWallet() public {
        Wallet1271 wallet = new Wallet1271(vm.addr(0x77));
        t.b.account = address(wallet);
        bytes32 other = sluice.channelId(t);
        SignedCloseRequest memory good = request(address(wallet), 0x77, other);
        SignedCloseRequest memory bad = request(address(wallet), 0x78, other);
        refuses(abi.encodeWithSelector(BadSignature.selector, closeRequestDigest(other, bad.deadline), wallet));
        sluice.startCloseFor(t, noVoucher(), bad);
        sluice.startCloseFor(t, noVoucher(), good);
        assertEq(stateOf(other).closesAt, end);
    }

    function test_relayedRequestIsBoundToTheChannel() public {
        SignedCloseRequest memory wrong = request(signerA, keyA, keccak256("another"));
        refuses(abi.encodeWithSelector(BadSignature.selector, closeRequestDigest(id, wrong.deadline), signerA));
        sluice.startCloseFor(t, noVoucher(), wrong);
    }

    function test_relayedUntilTheDeadline() public {
        SignedCloseRequest memory consent = request(signerA, keyA, id);
        skip(1);
        refuses(abi.encodeWithSelector(DeadlinePassed.selector, consent.deadline, block.timestamp));
        sluice.startCloseFor(t, noVoucher(), consent);
        consent.deadline += 1;
        refuses(abi.encodeWithSelector(BadSignature.selector, closeRequestDigest(id, consent.deadline), signerA));
        sluice.startCloseFor(t, noVoucher(), consent);
        rewind(1);
        consent.deadline -= 1;
        sluice.startCloseFor(t, noVoucher(), consent);
        assertEq(stateOf(id).closesAt, end);
    }

    function test_relayedRequestNeedsAParty() public {
        SignedCloseRequest memory wrong = request(stranger, keyStranger, id);
        refuses(abi.encodeWithSelector(NotParty.selector, id, stranger));
        sluice.startCloseFor(t, noVoucher(), wrong);
    }

    function test_relayedRequestAuthorisesNoVoucher() public {
        SignedLane memory v = lane(t, 0, 5, 40);
        SignedCloseRequest memory consent = request(signerB, keyB, id);
        refuses(abi.encodeWithSelector(NotReceiver.selector, id, 0, address(0)));
        vm.prank(signerB);
        sluice.startCloseFor(t, v, consent);
        sluice.startCloseFor(t, both(t, v), consent);
        assertEq(stateOf(id).lane0.paid, 40);
    }
}
