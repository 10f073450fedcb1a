// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms, CreditRedirect } from "../src/interfaces/SluiceTypes.sol";
import { BlockingToken, BombToken, FalseToken, HookToken, PausingToken, SilentToken } from "./mocks/OddTokens.sol";
import {
    Bomber,
    Burner,
    CountingWallet,
    OneByteBurner,
    Reenterer,
    Refuser,
    Returner,
    TokenReenterer
} from "./mocks/Recipients.sol";
import { Wallet1271 } from "./mocks/Wallet1271.sol";
import { Fixture } from "./support/Fixture.sol";
import { Reference } from "./support/Reference.sol";

contract CreditsTest is Fixture {
    /// @dev A channel in which the other side pays 30 of 100 to a recipient, then closes alone.
    function payTo(address recipient, address asset) private returns (ChannelTerms memory t) {
        t = nativeTerms();
        t.token = asset;
        t.b.account = recipient;
        fund(t, 0, 100);
        startCloseAs(signerB, t, lane(t, 0, 1, 30));
        skip(WINDOW);
    }

    function settlePlain(ChannelTerms memory t) private {
        sluice.settle(t, noLocks(), noLocks(), PUSH);
    }

    // ---- hostile recipients of native value ----

    function test_aRefusingRecipientGetsACredit() public {
        Refuser recipient = new Refuser();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        emits();
        emit Credited(address(recipient), address(0), 30);
        settlePlain(t);
        assertEq(accountA.balance, 70);
        assertEq(sluice.creditOf(address(recipient), address(0)), 30);
        refuses(abi.encodeWithSelector(PayoutFailed.selector, recipient, address(0), 30));
        sluice.pushCredit(address(recipient), address(0));
        assertEq(sluice.creditOf(address(recipient), address(0)), 30);
        recipient.setOpen(true);
        emits();
        emit CreditPaid(address(recipient), address(0), address(recipient), 30);
        vm.prank(stranger);
        sluice.pushCredit(address(recipient), address(0));
        assertEq(address(recipient).balance, 30);
        assertEq(sluice.creditOf(address(recipient), address(0)), 0);
        refuses(abi.encodeWithSelector(NoCredit.selector, recipient, address(0)));
        sluice.pushCredit(address(recipient), address(0));
    }

    function test_creditsOfSeveralChannelsAddUp() public {
        Refuser recipient = new Refuser();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        settlePlain(t);
        t.nonce = 2;
        fund(t, 1, 12);
        settled(t, noVoucher(), noVoucher());
        assertEq(sluice.creditOf(address(recipient), address(0)), 42);
    }

    function test_aBurningRecipientHoldsUpNobody() public {
        Burner recipient = new Burner();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        sluice.settle{ gas: 5_000_000 }(t, noLocks(), noLocks(), PUSH);
        assertEq(accountA.balance, 70);
        assertEq(sluice.creditOf(address(recipient), address(0)), 30);
    }

    function settling(ChannelTerms memory t) private view returns (bytes memory) {
        return abi.encodeCall(sluice.settle, (t, noLocks(), noLocks(), PUSH));
    }

    /// @dev A settlement of 50 for each side, to these accounts.
    function settlementBetween(address a, address b) private returns (ChannelTerms memory t) {
        t = nativeTerms();
        (t.a.account, t.b.account) = (a, b);
        t.nonce = uint32(uint256(keccak256(abi.encode(a, b))));
        fund(t, 0, 50);
        fund(t, 1, 50);
        startCloseAs(signerB, t, noVoucher());
        skip(WINDOW);
    }

    function test_aRecipientThatBurnsAllGasCostsLittle() public {
        address wallet = address(new CountingWallet());
        (address burner, address burnerToo) = (address(0xfe1), address(0xfe2));
        uint256 plain = leastGas(settling(settlementBetween(accountA, wallet)));
        vm.etch(burner, OneByteBurner.CODE);
        vm.etch(burnerToo, OneByteBurner.CODE);
        ChannelTerms memory t = settlementBetween(burner, wallet);
        uint256 first = leastGas(settling(t));
        uint256 second = leastGas(settling(settlementBetween(wallet, burner)));
        uint256 two = leastGas(settling(settlementBetween(burner, burnerToo)));
        assertLt(first, 2 * plain + 60_000);
        assertLt(second, 2 * plain + 60_000);
        assertLt(two, 2 * plain + 120_000);
        sluice.settle{ gas: first + 100_000 }(t, noLocks(), noLocks(), PUSH);
        assertEq(wallet.balance, 50);
        assertEq(sluice.creditOf(burner, address(0)), 50);
    }

    function test_aTokenThatBurnsAllGasCostsLittle() public {
        ChannelTerms memory t = payTo(accountB, address(token));
        vm.etch(address(token), OneByteBurner.CODE);
        assertLt(leastGas(settling(t)), 300_000);
    }

    function test_withTheMaskABurnerIsNotEvenCalled() public {
        Burner recipient = new Burner();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        sluice.settle{ gas: 200_000 }(t, noLocks(), noLocks(), 2);
        assertEq(accountA.balance, 70);
        assertEq(sluice.creditOf(address(recipient), address(0)), 30);
    }

    function test_aBombInTheAnswerIsNotCopied() public {
        Bomber recipient = new Bomber();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        uint256 before = gasleft();
        settlePlain(t);
        assertLt(before - gasleft(), 3_000_000);
        assertEq(address(recipient).balance, 30);
    }

    function test_aReenteringRecipientGetsNothingTwice() public {
        Reenterer recipient = new Reenterer();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        recipient.prepare(address(sluice), abi.encodeCall(sluice.pushCredit, (address(recipient), address(0))));
        settlePlain(t);
        assertEq(recipient.refusal(), abi.encodeWithSelector(Reentered.selector));
        assertEq(address(recipient).balance, 30);
        assertEq(accountA.balance, 70);
        assertEq(address(sluice).balance, 0);
    }

    function test_noCallCanBeReentered() public {
        Reenterer recipient = new Reenterer();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        bytes4[26] memory selectors = [
            sluice.depositWithValue.selector,
            sluice.depositWithAllowance.selector,
            sluice.depositWithPermit.selector,
            sluice.depositWithAuthorization.selector,
            sluice.depositWithPermit2.selector,
            sluice.withdraw.selector,
            sluice.close.selector,
            sluice.startClose.selector,
            sluice.startCloseFor.selector,
            sluice.updateLane.selector,
            sluice.settle.selector,
            sluice.unlock.selector,
            sluice.unlockBatch.selector,
            sluice.closeVirtual.selector,
            sluice.closeVirtualFor.selector,
            sluice.closeVirtuals.selector,
            sluice.closeVirtualsFor.selector,
            sluice.closeVirtualsByLocks.selector,
            sluice.updateLanes.selector,
            sluice.unlockSubtree.selector,
            sluice.redeemBatch.selector,
            sluice.redeemGroup.selector,
            sluice.redeem.selector,
            sluice.redirectCredit.selector,
            sluice.redirectCreditFor.selector,
            sluice.cancelRedirect.selector
        ];
        // calldata that decodes for all of them: offsets point at zeros
        bytes memory zeros = new bytes(2048);
        for (uint256 i; i < selectors.length; ++i) {
            uint256 before = vm.snapshotState();
            recipient.prepare(address(sluice), abi.encodePacked(selectors[i], zeros));
            settlePlain(t);
            assertEq(recipient.refusal(), abi.encodeWithSelector(Reentered.selector), vm.toString(i));
            vm.revertToState(before);
        }
    }

    function test_valueForcedBackDoesNotMakeASecondPayment() public {
        Returner recipient = new Returner(1);
        ChannelTerms memory t = payTo(address(recipient), address(0));
        vm.deal(address(sluice), 1000);
        settlePlain(t);
        assertEq(sluice.creditOf(address(recipient), address(0)), 0);
        recipient = new Returner(30);
        t = nativeTerms();
        t.b.account = address(recipient);
        t.nonce = 2;
        fund(t, 1, 30);
        uint256 held = address(sluice).balance;
        settled(t, noVoucher(), noVoucher());
        // everything came back: then, and only then, it is owed again
        assertEq(address(sluice).balance, held);
        assertEq(sluice.creditOf(address(recipient), address(0)), 30);
    }

    /// @dev Two accounts of one thief force back what they like, at each payout and push: others' thousand stays whole.
    function testFuzz_valueForcedBackTakesNothingOfOthers(
        uint8[2] memory back,
        uint8[2] memory put,
        uint8 mask,
        uint8 rounds
    ) public {
        Returner[2] memory thief = [new Returner(back[0]), new Returner(back[1])];
        ChannelTerms memory t = nativeTerms();
        fund(t, 0, 1000);
        t.nonce = 2;
        (t.a.account, t.b.account) = (address(thief[0]), address(thief[1]));
        fund(t, 0, uint256(put[0]) + 1);
        fund(t, 1, uint256(put[1]) + 1);
        startCloseAs(signerA, t, noVoucher());
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), mask & 3);
        for (uint256 i; i < rounds % 8; ++i) {
            try sluice.pushCredit(address(thief[i % 2]), address(0)) { } catch { }
        }
        uint256 owed = sluice.creditOf(address(thief[0]), address(0)) + sluice.creditOf(address(thief[1]), address(0));
        assertGe(address(sluice).balance, 1000 + owed);
        assertLe(
            address(thief[0]).balance + address(thief[1]).balance + owed,
            uint256(put[0]) + put[1] + 2,
            "more out than in"
        );
    }

    function test_aCallerWhoStarvesTheRecipientOnlyMakesACredit() public {
        Burner recipient = new Burner();
        ChannelTerms memory t = payTo(address(recipient), address(0));
        for (uint256 gas = 60_000; gas < 400_000; gas += 7_000) {
            uint256 before = vm.snapshotState();
            try sluice.settle{ gas: gas }(t, noLocks(), noLocks(), PUSH) {
                assertEq(accountA.balance + sluice.creditOf(accountA, address(0)), 70);
                assertEq(address(recipient).balance + sluice.creditOf(address(recipient), address(0)), 30);
            } catch {
                assertEq(address(sluice).balance, 100);
            }
            vm.revertToState(before);
        }
    }

    // ---- hostile tokens ----

    function test_aTokenThatBlocksOneHolder() public {
        BlockingToken asset = new BlockingToken();
        asset.setBlocked(accountB);
        ChannelTerms memory t = payTo(accountB, address(asset));
        settlePlain(t);
        assertEq(asset.balanceOf(accountA), 70);
        assertEq(sluice.creditOf(accountB, address(asset)), 30);
        vm.prank(accountB);
        sluice.redirectCredit(address(asset), stranger, 30);
        assertEq(asset.balanceOf(stranger), 30);
    }

    function test_aPausedToken() public {
        PausingToken asset = new PausingToken();
        ChannelTerms memory t = payTo(accountB, address(asset));
        asset.setPaused(true);
        settlePlain(t);
        assertEq(sluice.creditOf(accountA, address(asset)), 70);
        assertEq(sluice.creditOf(accountB, address(asset)), 30);
        asset.setPaused(false);
        sluice.pushCredit(accountA, address(asset));
        assertEq(asset.balanceOf(accountA), 70);
    }

    function test_aTokenThatAnswersFalse() public {
        FalseToken asset = new FalseToken();
        ChannelTerms memory t = nativeTerms();
        t.token = address(asset);
        // cannot come in by transferFrom, but it can by an authorization that moves it: force the deposit's slot
        bytes32 id = sluice.channelId(t);
        vm.store(address(sluice), keccak256(abi.encode(id, uint256(0))), bytes32(uint256(100)));
        settled(t, lane(t, 0, 1, 30), noVoucher());
        assertEq(sluice.creditOf(accountA, address(asset)), 70);
        assertEq(sluice.creditOf(accountB, address(asset)), 30);
    }

    function test_aTokenThatAnswersNothing() public {
        SilentToken asset = new SilentToken();
        settlePlain(payTo(accountB, address(asset)));
        assertEq(asset.balanceOf(accountB), 30);
    }

    function test_aTokenThatIsGone() public {
        ChannelTerms memory t = payTo(accountB, address(token));
        vm.etch(address(token), "");
        settlePlain(t);
        assertEq(sluice.creditOf(accountB, address(token)), 30);
    }

    function test_aTokenThatAnswersWithABomb() public {
        BombToken asset = new BombToken();
        ChannelTerms memory t = payTo(accountB, address(asset));
        uint256 before = gasleft();
        settlePlain(t);
        assertLt(before - gasleft(), 5_000_000);
        assertEq(asset.balanceOf(accountB), 30);
    }

    function test_aTokenWithHooksCannotReenter() public {
        HookToken asset = new HookToken();
        TokenReenterer recipient = new TokenReenterer();
        ChannelTerms memory t = payTo(address(recipient), address(asset));
        recipient.prepare(address(sluice), abi.encodeCall(sluice.pushCredit, (address(recipient), address(asset))));
        settlePlain(t);
        assertEq(recipient.refusal(), abi.encodeWithSelector(Reentered.selector));
        assertEq(asset.balanceOf(address(recipient)), 30);
    }

    // ---- directing a credit elsewhere ----

    uint64 private credits;

    function credited(address account) private {
        ChannelTerms memory t = nativeTerms();
        t.b.account = account;
        t.nonce = ++credits;
        fund(t, 1, 30);
        startCloseAs(signerB, t, noVoucher());
        skip(WINDOW);
        sluice.settle(t, noLocks(), noLocks(), 3);
    }

    function signed(CreditRedirect memory r, uint256 key) private view returns (bytes memory) {
        return signBytes(key, Reference.creditRedirect(address(sluice), r));
    }

    function test_theAccountDirectsItsCredit() public {
        credited(accountB);
        emits();
        emit CreditPaid(accountB, address(0), stranger, 30);
        vm.prank(accountB);
        sluice.redirectCredit(address(0), stranger, 30);
        assertEq(stranger.balance, 30);
        refuses(abi.encodeWithSelector(CreditTooSmall.selector, accountB, address(0), 0, 30));
        vm.prank(accountB);
        sluice.redirectCredit(address(0), stranger, 30);
    }

    function test_othersHaveNoCreditToDirect() public {
        credited(accountB);
        refuses(abi.encodeWithSelector(CreditTooSmall.selector, stranger, address(0), 0, 30));
        vm.prank(stranger);
        sluice.redirectCredit(address(0), stranger, 30);
    }

    function test_directingBySignatureOnce() public {
        address account = vm.addr(0x77);
        credited(account);
        CreditRedirect memory r = CreditRedirect(account, address(0), stranger, 30, 0, uint64(block.timestamp));
        bytes memory signature = signed(r, 0x77);
        sluice.redirectCreditFor(r, signature);
        assertEq(stranger.balance, 30);
        assertEq(sluice.redirectNonce(account), 1);
        refuses(abi.encodeWithSelector(WrongNonce.selector, account, 1, 0));
        sluice.redirectCreditFor(r, signature);
        // nor with another nonce than was signed
        r.nonce = 1;
        refuses(abi.encodeWithSelector(BadSignature.selector, Reference.creditRedirect(address(sluice), r), account));
        sluice.redirectCreditFor(r, signature);
        credited(account);
        r.deadline = uint64(block.timestamp);
        sluice.redirectCreditFor(r, signed(r, 0x77));
        assertEq(stranger.balance, 60);
        assertEq(sluice.redirectNonce(account), 2);
    }

    function test_directingAPartLeavesTheRest() public {
        credited(accountB);
        vm.startPrank(accountB);
        sluice.redirectCredit(address(0), stranger, 10);
        assertEq(stranger.balance, 10);
        assertEq(sluice.creditOf(accountB, address(0)), 20);
        refuses(abi.encodeWithSelector(CreditTooSmall.selector, accountB, address(0), 20, 21));
        sluice.redirectCredit(address(0), stranger, 21);
        refuses(abi.encodeWithSelector(NoCredit.selector, accountB, address(0)));
        sluice.redirectCredit(address(0), stranger, 0);
        vm.stopPrank();
    }

    /// @dev Whoever settles decides what becomes a credit: a redirection takes no more of it than it names.
    function test_aRedirectionTakesWhatItNames() public {
        address account = vm.addr(0x77);
        credited(account);
        CreditRedirect memory r = CreditRedirect(account, address(0), stranger, 30, 0, uint64(block.timestamp + 1 days));
        bytes memory signature = signed(r, 0x77);
        for (uint256 i; i < 9; ++i) {
            credited(account);
        }
        vm.prank(stranger);
        sluice.redirectCreditFor(r, signature);
        assertEq(stranger.balance, 30);
        assertEq(sluice.creditOf(account, address(0)), 270);
    }

    /// @dev Somebody else's push comes first, the redirection fails and stays good: for what it names, as long as it is not cancelled.
    function test_aPushBeforeARedirectionLeavesItGoodForItsAmount() public {
        address account = vm.addr(0x77);
        credited(account);
        CreditRedirect memory r = CreditRedirect(account, address(0), stranger, 30, 0, uint64(block.timestamp + 1 days));
        bytes memory signature = signed(r, 0x77);
        sluice.pushCredit(account, address(0));
        refuses(abi.encodeWithSelector(CreditTooSmall.selector, account, address(0), 0, 30));
        sluice.redirectCreditFor(r, signature);
        assertEq(sluice.redirectNonce(account), 0);
        credited(account);
        credited(account);
        uint256 before = vm.snapshotState();
        sluice.redirectCreditFor(r, signature);
        assertEq(stranger.balance, 30);
        assertEq(sluice.creditOf(account, address(0)), 30);
        vm.revertToState(before);
        vm.prank(account);
        sluice.cancelRedirect(0);
        refuses(abi.encodeWithSelector(WrongNonce.selector, account, 1, 0));
        sluice.redirectCreditFor(r, signature);
    }

    function test_anAccountCancelsWhatItSigned() public {
        address account = vm.addr(0x77);
        credited(account);
        CreditRedirect memory r = CreditRedirect(account, address(0), stranger, 30, 0, uint64(block.timestamp + 1 days));
        bytes memory signature = signed(r, 0x77);
        refuses(abi.encodeWithSelector(WrongNonce.selector, account, 0, 1));
        vm.prank(account);
        sluice.cancelRedirect(1);
        emits();
        emit RedirectNonceUsed(account, 0);
        vm.prank(account);
        sluice.cancelRedirect(0);
        refuses(abi.encodeWithSelector(WrongNonce.selector, account, 1, 0));
        sluice.redirectCreditFor(r, signature);
        refuses(abi.encodeWithSelector(WrongNonce.selector, account, 1, 0));
        vm.prank(account);
        sluice.cancelRedirect(0);
        assertEq(sluice.creditOf(account, address(0)), 30);
    }

    /// @dev Also without a credit, and by whoever brings its signature.
    function test_anAccountCancelsBySignature() public {
        address account = vm.addr(0x77);
        CreditRedirect memory r = CreditRedirect(account, address(0), stranger, 30, 0, uint64(block.timestamp + 1 days));
        CreditRedirect memory kill = CreditRedirect(account, address(0), account, 0, 0, r.deadline);
        emits();
        emit RedirectNonceUsed(account, 0);
        sluice.redirectCreditFor(kill, signed(kill, 0x77));
        credited(account);
        r.deadline = uint64(block.timestamp + 1 days);
        bytes memory signature = signed(r, 0x77);
        refuses(abi.encodeWithSelector(WrongNonce.selector, account, 1, 0));
        sluice.redirectCreditFor(r, signature);
    }

    function test_directingByAContractWallet() public {
        address wallet = address(new Wallet1271(vm.addr(0x77)));
        credited(wallet);
        CreditRedirect memory r = CreditRedirect(wallet, address(0), stranger, 30, 0, uint64(block.timestamp));
        sluice.redirectCreditFor(r, signed(r, 0x77));
        assertEq(stranger.balance, 30);
    }

    function test_directingNeedsTheAccountsSignatureOnEveryField() public {
        address account = vm.addr(0x77);
        credited(account);
        CreditRedirect memory good = CreditRedirect(account, address(0), stranger, 30, 0, uint64(block.timestamp + 5));
        bytes memory signature = signed(good, 0x77);
        for (uint256 i; i < 4; ++i) {
            CreditRedirect memory r = abi.decode(abi.encode(good), (CreditRedirect));
            if (i == 0) r.token = address(token);
            if (i == 1) r.to = accountA;
            if (i == 2) r.deadline += 1;
            if (i == 3) r.amount += 1;
            refuses(
                abi.encodeWithSelector(BadSignature.selector, Reference.creditRedirect(address(sluice), r), account)
            );
            sluice.redirectCreditFor(r, signature);
        }
        skip(6);
        refuses(abi.encodeWithSelector(DeadlinePassed.selector, good.deadline, block.timestamp));
        sluice.redirectCreditFor(good, signature);
    }

    function test_directingWhereItIsRefusedKeepsTheCredit() public {
        credited(accountB);
        address refuser = address(new Refuser());
        refuses(abi.encodeWithSelector(PayoutFailed.selector, refuser, address(0), 30));
        vm.prank(accountB);
        sluice.redirectCredit(address(0), refuser, 30);
        assertEq(sluice.creditOf(accountB, address(0)), 30);
    }
}
